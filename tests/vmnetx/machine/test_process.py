from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest

from vmnetx.errors import MachineFailed
from vmnetx.machine.options import Limits
from vmnetx.machine.process import Launch, Process, start_ticks
from vmnetx.machine.record import Record


@pytest.fixture
def launch(tmp_path):
    return Launch(tmp_path, tmp_path / "log", [], None, Limits())


def wait_for_program(pid, name):
    """prlimit and nice become it; while one becomes the next it has no arguments."""
    while Path(f"/proc/{pid}/comm").read_text() != f"{name}\n":
        time.sleep(0.001)


@pytest.fixture
async def sleeper(launch):
    process = Process.start(["sleep", "60.125"], launch)
    await asyncio.to_thread(wait_for_program, process.pid, "sleep")
    yield process
    await process.end()


async def test_an_end_is_seen_with_its_exit_code(launch):
    process = Process.start(["sh", "-c", "exit 7"], launch)
    await process.wait()
    assert process.exit_code == 7
    assert start_ticks(process.pid) is None


async def test_what_it_says_is_in_the_log(launch):
    process = Process.start(["sh", "-c", "echo out; echo err >&2"], launch)
    await process.wait()
    assert launch.log.read_text() == "out\nerr\n"


async def test_it_is_asked_before_it_is_forced(sleeper):
    await sleeper.end()
    assert sleeper.exit_code == -signal.SIGTERM
    await sleeper.end()


async def test_a_signal_after_the_end_reaches_nobody(sleeper):
    await sleeper.end()
    sleeper.signal(signal.SIGKILL)
    assert sleeper.has_ended


async def test_it_is_found_by_number_start_and_argument(sleeper):
    # prlimit and nice come first; the start is the same process's all along.
    record = Record("60.125", sleeper.pid, start_ticks(sleeper.pid))
    found = Process.find(record)
    assert found.pid == sleeper.pid
    assert found.exit_code is None
    found.close()


@pytest.mark.parametrize(
    "record",
    [
        Record("60.125", os.getpid()),
        Record("not anybody's argument"),
        Record("60.125", 2**22 + 1),
    ],
)
async def test_any_other_process_is_not_found(record, sleeper):
    with pytest.raises(MachineFailed, match="gone"):
        Process.find(record)


async def test_a_program_that_is_missing_is_a_failure(tmp_path):
    lost = Launch(tmp_path / "lost", tmp_path / "log", [], None, Limits())
    with pytest.raises(MachineFailed, match="cannot be run"):
        Process.start(["true"], lost)


def test_a_process_that_is_gone_has_no_start():
    assert start_ticks(2**22 + 1) is None
    assert start_ticks(os.getpid()) > 0
