"""The owner of one running QEMU."""

from __future__ import annotations

import asyncio
import os
import tempfile
import uuid
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Self

from vmnetx.errors import MachineFailed
from vmnetx.machine import binary, folder, keys, record, starting
from vmnetx.machine.disk import DiskSource
from vmnetx.machine.monitor import CONNECT_SECONDS, Monitor, Mute
from vmnetx.machine.options import MachineOptions
from vmnetx.machine.process import Process, start_ticks
from vmnetx.package.domain import Domain

FIRST_PATIENCE_SECONDS = 10.0
QUIT_SECONDS = 5.0
FAREWELL_SECONDS = 0.2
MAX_SCREENSHOT_BYTES = 64 * 1024**2
KEY_HOLD_MS = 20
KEY_PAUSE_SECONDS = 0.03

# QMP's words for why it ends, as a visitor may read them.
REASONS = {
    "guest-shutdown": "guest shut down",
    "guest-reset": "guest shut down",
    "guest-panic": "the guest system crashed",
    "host-qmp-quit": "stopped",
    "host-signal": "stopped",
}


class Machine:
    """One QEMU process and its folder. Made by start() or adopt(), ended by stop().

    A machine that is left without stop() goes on running: see adopt().
    """

    def __init__(
        self, directory: Path, state: record.Record, process: Process, qmp: Monitor
    ) -> None:
        self.directory = directory
        self.vnc_socket = directory / folder.VNC if state.has_vnc else None
        self.spice_socket = directory / folder.SPICE if state.has_spice else None
        self._process = process
        self._monitor = qmp
        self._stopping = asyncio.Lock()
        self._is_stopped = False
        self._screen = asyncio.Lock()

    @property
    def pid(self) -> int:
        return self._process.pid

    @classmethod
    async def start(
        cls,
        domain: Domain,
        source: DiskSource,
        *,
        directory: Path,
        options: MachineOptions,
    ) -> Self:
        """The guest's first instruction has been let go when this returns.

        `directory` is made, for this machine alone. An overlay that halt() left there
        is used again. Raises Refused (over a limit), BadPackage (hardware that cannot
        be had) or MachineFailed; then nothing is left of it.
        """
        options.limits.check(domain)
        folder.check(directory)
        if options.spice and not await asyncio.to_thread(binary.has_spice):
            options = replace(options, spice=False)
        folder.make(directory)
        start = partial(cls._start, domain, source, directory, options)
        try:
            try:
                return await start(FIRST_PATIENCE_SECONDS)
            except Mute:
                # Rare, and seen only where the host itself was held up: a second QEMU
                # starts at once, where the first one says nothing for ever.
                return await start(CONNECT_SECONDS)
        except BaseException:
            folder.clean(directory)
            raise

    @classmethod
    async def _start(
        cls,
        domain: Domain,
        source: DiskSource,
        directory: Path,
        options: MachineOptions,
        patience: float,
    ) -> Self:
        state = record.Record(
            str(uuid.uuid4()), has_vnc=options.vnc, has_spice=options.spice
        )
        state.write(directory)
        process = starting.spawn(domain, source, directory, options, state.uuid)
        try:
            state = replace(
                state, pid=process.pid, start_ticks=start_ticks(process.pid)
            )
            state.write(directory)
            qmp = await starting.connect(directory, process, patience)
            await starting.attach(qmp, source, directory)
            await qmp.execute("x-exit-preconfig")
            await qmp.dismiss_jobs()
            replace(state, is_ready=True).write(directory)
        except BaseException:
            await process.end()
            raise
        return cls(directory, state, process, qmp)

    @classmethod
    async def adopt(cls, directory: Path) -> Self:
        """The machine that another server, now gone, started in this folder.

        Raises MachineFailed: it has ended, or was never let go; then its process and
        its files are gone too.
        """
        state = record.read(directory)
        process = None
        try:
            process = Process.find(state)
            if not state.is_ready:
                raise MachineFailed("QEMU was left before its guest ran")
            return cls(
                directory, state, process, await starting.connect(directory, process)
            )
        except MachineFailed:
            if process:
                await process.end()
            folder.clean(directory)
            raise

    async def screenshot(self) -> bytes:
        """The screen as it is, a PNG. No viewer is needed, and no file is made."""
        async with self._screen:
            with tempfile.TemporaryFile() as file:
                await self._dump_screen(file.fileno())
                return file.read(MAX_SCREENSHOT_BYTES)

    async def _dump_screen(self, descriptor: int) -> None:
        # QEMU looks for a descriptor that is for writing only.
        writable = os.open(f"/proc/self/fd/{descriptor}", os.O_WRONLY)
        try:
            number = await self._monitor.give(writable)
        finally:
            os.close(writable)
        try:
            where = {"filename": f"/dev/fdset/{number}", "format": "png"}
            await self._monitor.execute("screendump", where)
        finally:
            await self._monitor.execute("remove-fd", {"fdset-id": number})

    async def reset(self) -> None:
        """Presses the reset button. What the guest wrote stays."""
        await self._monitor.execute("system_reset")

    async def send_keys(self, names: list[str]) -> None:
        """Presses keys together, by QEMU's names: ["ctrl", "alt", "delete"]."""
        pressed = [{"type": "qcode", "data": name} for name in names]
        held = {"keys": pressed, "hold-time": KEY_HOLD_MS}
        await self._monitor.execute("send-key", held)

    async def type_text(self, text: str) -> None:
        """Types it as on a US keyboard, as fast as an old guest reads. Raises Refused
        for a character that is not on one, before the first is typed."""
        for chord in keys.chords(text):
            await self.send_keys(chord)
            await asyncio.sleep(KEY_PAUSE_SECONDS)

    async def wait_ended(self) -> str:
        """Why it ended: "guest shut down", "stopped", or "crashed: " and QEMU's last
        words. Any number of callers may wait."""
        await self._process.wait()
        await self._monitor.close()
        if self._is_stopped:
            return "stopped"
        reason = self._monitor.shutdown_reason()
        if reason is not None:
            return REASONS.get(reason, f"ended: {reason}")
        return f"crashed: {folder.last_words(self.directory, self._process.exit_code)}"

    async def halt(self) -> None:
        """Switches it off and keeps its folder, so that start() finds the overlay."""
        async with self._stopping:
            if not self._process.has_ended:
                self._is_stopped = True
                await self._process.end(patience=await self._quit())
            await self._monitor.close()

    async def _quit(self) -> float:
        """The seconds that QEMU then deserves: none if it does not hear."""
        try:
            async with asyncio.timeout(QUIT_SECONDS):
                await self._monitor.execute("quit")
        except (MachineFailed, TimeoutError):
            # Also when it ends before its answer has come: the wait is not for long.
            return FAREWELL_SECONDS
        return QUIT_SECONDS

    async def stop(self) -> None:
        """Switches it off and removes what it wrote. May be called again."""
        await self.halt()
        folder.clean(self.directory)
