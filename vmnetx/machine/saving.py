"""The memory of a QEMU becomes a memory image."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from vmnetx.errors import MachineFailed
from vmnetx.machine import aside
from vmnetx.machine.monitor import Monitor
from vmnetx.machine.restoring import PIPE_BYTES
from vmnetx.package import memory_file
from vmnetx.package.memory import Area
from vmnetx.package.unpacking import PIECE

SAVE_SECONDS = 1800.0
LOOK_SECONDS = 0.2
# QEMU sends 128 MiB a second if it is not told: bytes a second, more than any pipe has.
NO_LIMIT = 2**40
_OVER = {"completed", "failed", "cancelled"}


async def save(
    qmp: Monitor,
    path: Path,
    area: Area,
    compression: str,
    say: Callable[[float], None],
) -> None:
    """See Machine.save."""
    await qmp.execute("stop")
    await qmp.execute("migrate-set-parameters", {"max-bandwidth": NO_LIMIT})
    reading = await _open_pipe(qmp)
    write = partial(_write, reading, path, area, compression)
    try:
        await qmp.execute("migrate", {"uri": "fd:memory"})
    except BaseException:
        os.close(reading)
        raise
    written = asyncio.wrap_future(aside.start(write))
    try:
        async with asyncio.timeout(SAVE_SECONDS):
            await _until_over(qmp, written, say)
            await written
    except TimeoutError:
        raise MachineFailed(
            f"The memory was not saved within {SAVE_SECONDS:g} s"
        ) from None
    say(1.0)


async def _open_pipe(qmp: Monitor) -> int:
    """The end to read from; QEMU alone has the other one."""
    reading, writing = os.pipe()
    try:
        with contextlib.suppress(OSError):  # the system grants no more pipes of it
            fcntl.fcntl(reading, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        await qmp.give_named(writing, "memory")
    except BaseException:
        os.close(reading)
        raise
    finally:
        os.close(writing)
    return reading


async def _until_over(
    qmp: Monitor, written: asyncio.Future[None], say: Callable[[float], None]
) -> None:
    furthest = 0.0
    while True:
        told = await qmp.execute("query-migrate")
        status = told.get("status")
        if status == "completed":
            return
        if status in _OVER or written.done():
            # A writer that has failed tells why, and QEMU fails with it. Else QEMU has
            # closed the pipe, a moment before it says how it went.
            await written
        if status in _OVER:
            reason = told.get("error-desc", status)
            raise MachineFailed(f"QEMU does not save the memory: {reason}")
        ram = told.get("ram", {"transferred": 0})
        if ram["transferred"]:
            # Nothing remains before QEMU has counted, and it counts more than once.
            furthest = max(furthest, 1 - ram["remaining"] / max(ram["total"], 1))
            say(furthest)
        await asyncio.sleep(LOOK_SECONDS)


def _write(reading: int, path: Path, area: Area, compression: str) -> None:
    """In a thread. The pipe ends when QEMU is done with it."""
    with open(reading, "rb", 0) as pipe, path.open("xb") as file:
        memory_file.write(file, area, _pieces(pipe.fileno()), compression)


def _pieces(reading: int) -> Iterator[bytes]:
    while piece := os.read(reading, PIECE):
        yield piece
