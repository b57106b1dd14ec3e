"""A memory image becomes the memory of a QEMU that waits for it.

A thread of its own reads and unpacks the image and writes it into a pipe that QEMU
reads: a web server may keep it waiting for long. It ends when QEMU has closed the pipe
or is gone, and nothing waits for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any

from vmnetx.errors import BadPackage, MachineFailed
from vmnetx.machine import aside, resuming
from vmnetx.machine.monitor import Monitor
from vmnetx.machine.options import MIB, MachineOptions
from vmnetx.machine.process import Process
from vmnetx.machine.resuming import CannotResume
from vmnetx.package import binding
from vmnetx.package.archive import Member
from vmnetx.package.domain import Domain
from vmnetx.package.memory import SaveHeader
from vmnetx.package.source import Source
from vmnetx.package.unpacking import Body, unpacked

OPEN_SECONDS = 20.0
RESTORE_SECONDS = 300.0
STALL_SECONDS = 30.0
"""Without a byte that has gone through. Sources have deadlines of about this."""
LAST_WORDS_SECONDS = 1.0
SECONDS = OPEN_SECONDS + RESTORE_SECONDS
BLACK_AFTER_SECONDS = 1.0
"""When a restored screen is looked at: one that is black then is of no use (spec 7.1).
"""
PIPE_BYTES = 1024 * 1024
# How much more of the image has to be read to be worth telling.
STEP = 0.005
# Beside the guest's memory: its video cards' and its devices'. A page may come twice.
EXTRA_BYTES = 512 * MIB


_Examined = tuple[Source, SaveHeader, str]


def _ignore(_: object) -> None:
    pass


@dataclass(frozen=True)
class SavedMemory:
    """A package's memory image, and who hears what becomes of it."""

    open: Callable[[], Source]
    """Called in a thread; what it returns is closed here."""
    member: Member
    on_progress: Callable[[float], None] = _ignore
    """Hears the share that has been read: 0 at once, then no less each time."""
    on_rejected: Callable[[str], None] = _ignore
    """Hears why the machine starts from off instead."""


class Restoration:
    """One image on its way into one QEMU."""

    def __init__(
        self, memory: SavedMemory, source: Source, header: SaveHeader, limit: int
    ) -> None:
        self.machine_type = ""
        self._memory = memory
        self._source = source
        self._compression = header.compression
        self._body = Body(source, memory.member, header)
        self._limit = limit
        self._loop = asyncio.get_running_loop()
        self._told = 0.0
        self._poured = 0
        self._is_left = threading.Event()
        self._is_pouring = False

    async def feed(self, qmp: Monitor, process: Process) -> None:
        """Give the image to QEMU, and let the guest go on.

        Raises CannotResume or MachineFailed, with QEMU's words or the source's.
        """
        capability = {"capability": "events", "state": True}
        await qmp.execute("migrate-set-capabilities", {"capabilities": [capability]})
        pouring = await self._open_pipe(qmp)
        await qmp.execute("migrate-incoming", {"uri": "fd:memory"})
        await self._until_restored(qmp, process, pouring)
        # libvirt saves a machine that it has stopped.
        await qmp.execute("cont")

    async def _open_pipe(self, qmp: Monitor) -> asyncio.Future[None]:
        reading, writing = os.pipe()
        try:
            with contextlib.suppress(OSError):  # the system grants no more pipes of it
                fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
            await qmp.give_named(reading, "memory")
        except BaseException:
            os.close(writing)
            raise
        finally:
            os.close(reading)
        self._is_pouring = True
        pouring = asyncio.wrap_future(aside.start(partial(self._pour, writing)))
        # It may fail when nobody asks any more, and that is no error then.
        pouring.add_done_callback(lambda done: done.cancelled() or done.exception())
        return pouring

    async def _until_restored(
        self, qmp: Monitor, process: Process, pouring: asyncio.Future[None]
    ) -> None:
        migrated = asyncio.create_task(qmp.migrated())
        ended = asyncio.create_task(process.wait())
        try:
            async with asyncio.timeout(RESTORE_SECONDS):
                await self._while_it_moves(migrated, ended, pouring)
        except TimeoutError:
            raise CannotResume(
                f"The memory image was not restored within {RESTORE_SECONDS:g} s"
            ) from None
        finally:
            for task in (migrated, ended):
                task.cancel()
            await asyncio.gather(migrated, ended, return_exceptions=True)
        if migrated.cancelled() or migrated.result() != "completed":
            # QEMU ends at the first fault.
            raise MachineFailed("QEMU does not take the memory image")

    async def _while_it_moves(
        self,
        migrated: asyncio.Task[str],
        ended: asyncio.Task[None],
        pouring: asyncio.Future[None],
    ) -> None:
        """Raises what the thread did: of an empty pipe QEMU sees no end, and of a short
        stream it does not know why."""
        waiting: set[asyncio.Future[Any]] = {migrated, ended, pouring}
        while not (migrated.done() or ended.done()):
            before = self._poured
            done, _ = await asyncio.wait(
                waiting, timeout=STALL_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if pouring.done():
                pouring.result()
                waiting.discard(pouring)
            elif not done and self._poured == before:
                raise CannotResume(
                    f"The memory image did not go on for {STALL_SECONDS:g} s"
                )
        if ended.done():
            await asyncio.wait([pouring], timeout=LAST_WORDS_SECONDS)
            if pouring.done():
                pouring.result()

    def _pour(self, writing: int) -> None:
        """In the thread. Owns the pipe's end, and from here on the source."""
        try:
            with contextlib.closing(self._source), open(writing, "wb", 0) as pipe:
                for piece in unpacked(self._body, self._compression, limit=self._limit):
                    _write(pipe.fileno(), piece)
                    self._poured += len(piece)
                    self._tell(self._body.fraction)
                    if self._is_left.is_set():
                        return
            if not self._poured:
                raise BadPackage("Memory image is empty")
        except BrokenPipeError:
            # QEMU has what it wants, or is gone: it says itself which.
            return

    def _tell(self, fraction: float) -> None:
        if fraction - self._told >= STEP or fraction == 1 > self._told:
            self._told = fraction
            with contextlib.suppress(RuntimeError):  # the loop is gone
                self._loop.call_soon_threadsafe(self._say, fraction)

    def _say(self, fraction: float) -> None:
        if not self._is_left.is_set():
            self._memory.on_progress(fraction)

    def close(self) -> None:
        """Nothing is told any more. The thread closes the source, if it has begun."""
        self._is_left.set()
        if not self._is_pouring:
            self._source.close()


@contextlib.asynccontextmanager
async def opened(
    memory: SavedMemory, domain: Domain, options: MachineOptions
) -> AsyncIterator[Restoration]:
    """The image, checked against this host.

    Raises CannotResume, BadPackage, MachineFailed, and what its source raises.
    """
    memory.on_progress(0.0)
    try:
        async with asyncio.timeout(OPEN_SECONDS):
            restoration, kind = await _opened(memory, domain, options)
    except TimeoutError:
        raise CannotResume(
            f"The memory image could not be read within {OPEN_SECONDS:g} s"
        ) from None
    restoration.machine_type = kind
    try:
        yield restoration
    finally:
        restoration.close()


async def _opened(
    memory: SavedMemory, domain: Domain, options: MachineOptions
) -> tuple[Restoration, str]:
    opening = aside.start(partial(_examine, memory, domain, options))
    try:
        source, header, kind = await asyncio.wrap_future(opening)
    except asyncio.CancelledError:
        # The thread goes on until its source answers.
        opening.add_done_callback(_close_late)
        raise
    limit = 2 * domain.memory_bytes + EXTRA_BYTES
    return Restoration(memory, source, header, limit), kind


def _examine(memory: SavedMemory, domain: Domain, options: MachineOptions) -> _Examined:
    source = memory.open()
    try:
        header, area = binding.read_head(source, memory.member)
        here = resuming.binding_here(domain, options)
        return source, header, resuming.machine_type(area.xml, here)
    except BaseException:
        source.close()
        raise


def _close_late(opening: Future[_Examined]) -> None:
    if opening.exception() is None:
        opening.result()[0].close()


def _write(descriptor: int, piece: bytes) -> None:
    left = memoryview(piece)
    while left:
        left = left[os.write(descriptor, left) :]
