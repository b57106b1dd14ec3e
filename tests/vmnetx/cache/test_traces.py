from __future__ import annotations

import os
import stat

import pytest

from vmnetx.cache import traces
from vmnetx.cache.chunks import CHUNK
from vmnetx.cache.traces import Trace

KEY = "ab" * 32


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(traces.time, "monotonic", lambda: now[0])
    return now


def test_a_trace_has_each_chunk_once_in_the_order_of_the_reads():
    trace = Trace()
    trace.note(5 * CHUNK, 1)
    trace.note_for_guest(CHUNK - 1, 2)
    trace.note_for_guest(5 * CHUNK, 1)
    assert trace.numbers() == [5, 0, 1]


def test_a_boot_ends_some_time_after_the_guests_first_read(clock):
    trace = Trace()
    trace.note(0, 1)
    clock[0] += 1000
    trace.note_for_guest(CHUNK, 1)
    clock[0] += traces.BOOT_SECONDS - 1
    trace.note_for_guest(2 * CHUNK, 1)
    clock[0] += 2
    trace.note_for_guest(3 * CHUNK, 1)
    assert trace.numbers() == [0, 1, 2]


def test_only_a_guest_makes_it_a_boot():
    trace = Trace()
    trace.note(0, 1)
    assert not trace.is_of_a_boot
    trace.note_for_guest(0, 1)
    assert trace.is_of_a_boot


def test_a_boot_that_began_elsewhere_is_none():
    trace = Trace(is_from_the_start=False)
    trace.note_for_guest(0, 1)
    assert not trace.is_of_a_boot


def test_a_trace_is_bounded(monkeypatch):
    monkeypatch.setattr(traces, "MOST_CHUNKS", 3)
    trace = Trace()
    for number in range(9):
        trace.note(number * CHUNK, 1)
    assert trace.numbers() == [0, 1, 2]


def test_what_is_written_is_read(tmp_path):
    traces.write(tmp_path, KEY, [5, 0, 1])
    assert traces.read(tmp_path, KEY, 9) == [5, 0, 1]
    assert traces.read(tmp_path, KEY, 2) == [0, 1]
    traces.write(tmp_path, KEY, [])
    assert traces.read(tmp_path, KEY, 9) == []


@pytest.mark.parametrize(
    "text", ["", "{}", "5", "[" * 9999, '["0", null, -1, 1.5, 99999999999]', "\xff"]
)
def test_what_is_odd_is_nothing(tmp_path, text):
    traces.write(tmp_path, KEY, [1])
    (tmp_path / traces.FOLDER / KEY).write_text(text)
    assert traces.read(tmp_path, KEY, 9) == []
    assert traces.read(tmp_path, "unknown", 9) == []


def test_nobody_else_may_read_what_was_read(tmp_path):
    traces.write(tmp_path, KEY, [1])
    for path in (tmp_path / traces.FOLDER, tmp_path / traces.FOLDER / KEY):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_the_oldest_go(tmp_path, monkeypatch):
    monkeypatch.setattr(traces, "MOST_FILES", 3)
    for number, key in enumerate("abcd"):
        traces.write(tmp_path, key, [1])
        os.utime(tmp_path / traces.FOLDER / key, (number, number))
    left = {path.name for path in (tmp_path / traces.FOLDER).iterdir()}
    assert left == {"b", "c", "d"}
