from __future__ import annotations

import asyncio
import threading

import pytest

from vmnetx.errors import Unreachable
from vmnetx.machine import aside


async def test_the_result_comes_from_another_thread():
    assert await aside.run(threading.get_ident) != threading.get_ident()


async def test_what_it_raised_is_raised():
    def fail():
        raise Unreachable("nobody")

    with pytest.raises(Unreachable, match="nobody"):
        await aside.run(fail)


async def test_a_cancelled_wait_does_not_wait_for_the_thread():
    go_on = threading.Event()
    wait = asyncio.create_task(aside.run(lambda: go_on.wait(10)))
    await asyncio.wait([wait], timeout=0)
    wait.cancel()
    with pytest.raises(asyncio.CancelledError):
        await wait
    assert all(thread.daemon for thread in threading.enumerate()[1:])
    go_on.set()


def test_a_start_does_not_wait():
    go_on = threading.Event()
    future = aside.start(lambda: go_on.wait(10))
    assert not future.done()
    go_on.set()
    assert future.result(10) is True
