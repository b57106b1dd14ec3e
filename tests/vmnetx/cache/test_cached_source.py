"""Reading ahead, waiting, holding on; test_cache has the bytes."""

from __future__ import annotations

import os
import threading

import pytest

from tests.vmnetx.cache.conftest import SIZE, some_bytes
from tests.vmnetx.package import web
from vmnetx.cache import cached_source
from vmnetx.cache.chunks import CHUNK
from vmnetx.errors import Refused, Unreachable

MANY = 64 * CHUNK


@pytest.fixture
def source(cache, origin):
    source = cache.open(origin.url())
    yield source
    source.close()


def test_who_reads_on_gets_more_with_each_request(cache, origin):
    origin.put(some_bytes(1, MANY))
    source = cache.open(origin.url())
    for start in range(0, MANY, 9999):
        assert source.read(start, 9999) == origin.data[start : start + 9999]
    source.close()
    chunks = [(last + 1 - first) // CHUNK for first, last in origin.ranges]
    assert chunks[:4] == [1, 2, 4, 8]
    assert max(chunks) == 16
    assert origin.fetched == MANY


def test_who_jumps_gets_what_is_asked_for(source, origin):
    for number in (3, 1, 4, 0):
        source.read(number * CHUNK, 1)
    assert origin.fetched == 4 * CHUNK


def test_a_guest_waits_for_a_server_that_is_away(source, origin):
    sound = origin._server.reply
    replies = iter([web.answer(503, "Content-Length: 0")] * 2)
    origin._server.reply = lambda *asked: next(replies, None) or sound(*asked)
    assert source.read_for_guest(0, 5) == origin.data[:5]


def test_others_hear_at_once(source, origin):
    origin.fail(503)
    with pytest.raises(Unreachable):
        source.read(0, 5)
    assert len(origin.ranges) == 1


def test_a_no_is_final(source, origin):
    origin.fail(403)
    with pytest.raises(Refused):
        source.read_for_guest(0, 5)
    assert len(origin.ranges) == 1


def test_patience_has_an_end_and_then_a_rest(source, origin, monkeypatch):
    monkeypatch.setattr(cached_source, "PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr(cached_source, "IMPATIENT_SECONDS", 3600.0)
    origin.fail(503)
    with pytest.raises(Unreachable):
        source.read_for_guest(0, 5)
    tries = len(origin.ranges)
    assert tries > 1
    with pytest.raises(Unreachable):
        source.read_for_guest(0, 5)
    assert len(origin.ranges) == tries + 1


def test_closing_ends_the_waiting(source, origin):
    failed = threading.Event()
    origin.fail(503)

    def wait():
        try:
            source.read_for_guest(0, 5)
        except Unreachable:
            failed.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    source.close()
    assert failed.wait(cached_source.PATIENCE_SECONDS / 2)
    waiting.join()


def test_what_is_here_is_known(source):
    assert not source.has(0, 1)
    source.read(0, 2 * CHUNK)
    assert source.has(5, CHUNK)
    assert not source.has(CHUNK, CHUNK + 1)
    assert source.has(SIZE, 5)


def test_what_is_not_kept_cannot_be_held(make_cache, origin):
    source = make_cache(limit=0).open(origin.url())
    assert source.hold() is None
    assert source.whole_file() is None
    source.close()


def test_a_held_descriptor_reads_the_bytes(source, origin):
    source.read(0, SIZE)
    held = source.hold()
    assert os.pread(held, SIZE, 0) == origin.data
    os.close(held)


def test_its_text_shows_no_address(source):
    assert "SECRET" not in repr(source)
