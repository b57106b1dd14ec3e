from __future__ import annotations

import subprocess
import sys
from threading import Event, Thread

import pytest

from olive_portal.preservation import locking
from olive_portal.preservation.errors import Busy

HOLD_UNTIL_KILLED = """
import fcntl, sys
file = open(sys.argv[1], "ab")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def test_a_lock_is_held_by_one(stores):
    with locking.at_once("a"):
        with pytest.raises(Busy, match="'a'"), locking.at_once("a"):
            pass
        with locking.at_once("b"):
            pass
    with locking.at_once("a"):
        pass


def test_whoever_waits_comes_next(stores):
    came = Event()

    def come():
        with locking.waiting("a"):
            came.set()

    thread = Thread(target=come)
    with locking.waiting("a"):
        thread.start()
        assert not came.is_set()
    assert came.wait(10)
    thread.join()


def test_a_killed_holder_lets_go(stores):
    with locking.at_once("a"):
        pass
    path = str(stores / "packages/.locks/a")
    command = [sys.executable, "-c", HOLD_UNTIL_KILLED, path]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(Busy), locking.at_once("a"):
            pass
        holder.kill()
        holder.wait()
    with locking.at_once("a"):
        pass
