"""The owner of one running QEMU."""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Self

from vmnetx.errors import MachineFailed, VmnetxError
from vmnetx.machine import binary, folder, keys, record, restoring, saving, starting
from vmnetx.machine.disk import DiskSource
from vmnetx.machine.monitor import CONNECT_SECONDS, Monitor, Mute
from vmnetx.machine.options import MachineOptions
from vmnetx.machine.process import Process, start_ticks
from vmnetx.machine.restoring import SavedMemory
from vmnetx.machine.screen import Pixels
from vmnetx.machine.starting import Plan
from vmnetx.package.domain import Domain
from vmnetx.package.memory import Area

FIRST_PATIENCE_SECONDS = 10.0
QUIT_SECONDS = 5.0
FAREWELL_SECONDS = 0.2
MAX_SCREENSHOT_BYTES = 64 * 1024**2
KEY_HOLD_MS = 20
# Where VGA cards keep what their text modes show: 32 KiB.
TEXT_ADDRESS = 0xB8000
TEXT_CELLS = 16384
_CELL = re.compile(r"\b0x[0-9a-f]{2}([0-9a-f]{2})\b")
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
        self.was_restored = False
        """It went on from a memory image; not known of one that was adopted."""

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
        memory: SavedMemory | None = None,
    ) -> Self:
        """The guest's first instruction has been let go when this returns.

        `directory` is made, for this machine alone. An overlay that halt() left there
        is used again. On a disk that no guest has written to, the machine goes on from
        `memory`; where it cannot, it starts from off. Raises Refused (over a limit),
        BadPackage (hardware that cannot be had) or MachineFailed; then nothing is left
        but what an earlier guest wrote.
        """
        options.limits.check(domain)
        folder.check(directory)
        if options.spice and not await asyncio.to_thread(binary.has_spice):
            options = replace(options, spice=False)
        folder.make(directory)
        has_written = folder.has_overlay(directory)
        plan = Plan(domain, source, directory, options)
        try:
            machine = None
            if memory is not None and not has_written:
                machine = await cls._resume(plan, memory)
            return machine or await cls._start_again_if_mute(plan)
        except BaseException:
            folder.clean(directory, keeps_overlay=has_written)
            raise

    @classmethod
    async def _resume(cls, plan: Plan, memory: SavedMemory) -> Self | None:
        """None: the image cannot be used, and whoever gave it has been told."""
        try:
            async with restoring.opened(memory, plan.domain, plan.options) as image:
                machine = await cls._start_again_if_mute(
                    replace(plan, restoration=image)
                )
        except VmnetxError as error:
            # What QEMU wrote for the image is not for a guest that boots.
            folder.clean(plan.directory)
            memory.on_rejected(str(error))
            return None
        machine.was_restored = True
        return machine

    @classmethod
    async def _start_again_if_mute(cls, plan: Plan) -> Self:
        try:
            return await cls._start(plan, FIRST_PATIENCE_SECONDS)
        except Mute:
            # The one known cause is gone (arguments._monitor). A host that was held up
            # may still have let the first one's time pass: the second has its own.
            return await cls._start(plan, CONNECT_SECONDS)

    @classmethod
    async def _start(cls, plan: Plan, patience: float) -> Self:
        directory, options = plan.directory, plan.options
        state = record.Record(
            str(uuid.uuid4()),
            has_vnc=options.vnc,
            has_spice=options.spice,
            has_written=folder.has_overlay(directory),
        )
        state.write(directory)
        process = starting.spawn(plan, state.uuid)
        qmp: Monitor | None = None
        try:
            state = replace(
                state, pid=process.pid, start_ticks=start_ticks(process.pid)
            )
            state.write(directory)
            qmp = await starting.connect(directory, process, patience)
            await starting.let_go(plan, qmp, process)
            replace(state, is_ready=True).write(directory)
        except BaseException:
            await process.end()
            if qmp is not None:
                await qmp.close()
            raise
        return cls(directory, state, process, qmp)

    @classmethod
    async def adopt(cls, directory: Path) -> Self:
        """The machine that another server, now gone, started in this folder.

        Raises MachineFailed: it has ended, or was never let go; then its process is
        gone too. What a guest wrote stays for start().
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
            folder.clean(directory, keeps_overlay=state.is_ready or state.has_written)
            raise

    async def screenshot(self) -> bytes:
        """The screen as it is, a PNG. No viewer is needed, and no file is made."""
        return await self._picture("png")

    async def _picture(self, form: str) -> bytes:
        async with self._screen:
            with tempfile.TemporaryFile() as file:
                await self._dump_screen(file.fileno(), form)
                return file.read(MAX_SCREENSHOT_BYTES)

    async def _dump_screen(self, descriptor: int, form: str) -> None:
        # QEMU looks for a descriptor that is for writing only.
        writable = os.open(f"/proc/self/fd/{descriptor}", os.O_WRONLY)
        try:
            number = await self._monitor.give(writable)
        finally:
            os.close(writable)
        try:
            where = {"filename": f"/dev/fdset/{number}", "format": form}
            await self._monitor.execute("screendump", where)
        finally:
            await self._monitor.execute("remove-fd", {"fdset-id": number})

    async def pixels(self) -> Pixels:
        """The screen as it is."""
        return Pixels.parse(await self._picture("ppm"))

    async def is_black_after(self, seconds: float) -> bool:
        """Spec 7.1's check of a restored screen; False also for one that has ended."""
        await asyncio.sleep(seconds)
        try:
            return (await self.pixels()).are_black
        except MachineFailed:
            return False

    async def text(self) -> str:
        """What is in the VGA card's text memory: the screen, in a text mode, and what
        has scrolled off it."""
        cells = {"command-line": f"xp /{TEXT_CELLS}hx {TEXT_ADDRESS:#x}"}
        answer = await self._monitor.execute("human-monitor-command", cells)
        # The low byte of a cell is the letter, the high one its colours.
        letters = bytes(int(cell, 16) for cell in _CELL.findall(answer))
        return letters.decode("cp437")

    async def save(
        self, path: Path, area: Area, compression: str, say: Callable[[float], None]
    ) -> None:
        """Stop the guest for good and write its memory to `path`: a memory image with
        `area` in its header. `say` hears how far it is, from 0 to 1.

        The disk is as the memory knows it, for as long as halt() keeps the overlay.
        Raises MachineFailed and OSError.
        """
        await saving.save(self._monitor, path, area, compression, say)

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
