"""Blocking work in a thread that nothing waits for at the program's end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def start(work: Callable[[], T]) -> Future[T]:
    """Do `work` in a daemon thread. Its result, or what it raised, is the future's."""
    future: Future[T] = Future()
    # From here on it cannot be cancelled: the thread will settle it.
    future.set_running_or_notify_cancel()
    threading.Thread(target=_settle, args=(work, future), daemon=True).start()
    return future


def _settle(work: Callable[[], T], future: Future[T]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001  raised again by whoever asks
        future.set_exception(error)


async def run(work: Callable[[], T]) -> T:
    """The same, awaited. A cancelled wait leaves the thread to its own timeouts."""
    return await asyncio.wrap_future(start(work))
