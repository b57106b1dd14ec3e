"""An instance's machine, on and off.

    pending -> stopped <-> starting -> running -> stopping -> stopped

One task makes all changes, one after another, towards what was last wished: a stop
during a start, or five restarts at once, end as the last one asked. Nothing cancels a
machine's end, and its start only when that takes long.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from vmnetx.errors import MachineFailed, VmnetxError
from vmnetx.machine import record, restoring
from vmnetx.machine.disk import DiskSource
from vmnetx.machine.machine import Machine
from vmnetx.machine.options import MachineOptions
from vmnetx.machine.outlet import Outlet
from vmnetx.server import wanted
from vmnetx.server.facts import Facts
from vmnetx.server.memory import Memory
from vmnetx.wire.messages import Event, StartupFailed, VmStarted, VmStopped

logger = logging.getLogger(__name__)

START_SECONDS = 60.0
# A start that is not wanted any more is about to be over: QEMU has had its disk, or it
# waits for a web server, which may be for ever.
PATIENCE_SECONDS = 2.0
# How machine.wait_ended() begins what was nobody's wish.
ACCIDENTS = ("crashed", "the guest system crashed", "ended")


class Power:
    """Owns the machine. `tell` hears each event of the protocol as it happens."""

    def __init__(
        self,
        facts: Facts,
        directory: Path,
        options: MachineOptions,
        tell: Callable[[Event], None],
        outlet: Outlet | None = None,
    ) -> None:
        self.state = "pending"
        self.detail = ""
        self.has_failed = False
        self._facts = facts
        self._directory = directory
        self._options = replace(options, network=facts.network)
        self._outlet = outlet
        self._tell = tell
        self.memory = Memory(facts, outlet, tell)
        self._machine: Machine | None = None
        self._changed = asyncio.Event()
        self._wish_for_on = False
        self._is_doomed = False
        # Set while the machine, or its start, is older than the last wish.
        self._outdated = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None
        self._watch: asyncio.Task[None] | None = None
        self._check: asyncio.Task[None] | None = None
        self._drops_overlay = False

    @property
    def machine(self) -> Machine | None:
        """The machine while it runs, and None while it does not."""
        return self._machine if self.state == "running" else None

    async def change(self) -> None:
        """Return at the next change of the state."""
        await self._changed.wait()

    def notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def prepare(self) -> None:
        if self.state == "pending":
            self._become("stopped")

    def start(self) -> None:
        """Switch on what is off; otherwise nothing (spec 10.1.11)."""
        if self.state in {"pending", "stopped"}:
            self._become("starting")
            self._wish(on=True)

    def stop(self) -> None:
        """Switch off what is on, or is coming on; otherwise nothing."""
        if self.state in {"starting", "running"}:
            self._become("stopping")
            self._wish(on=False)

    def restart(self) -> None:
        """Switch off and on; what the guest wrote to its disk stays (spec 8.3)."""
        if self.state in {"pending", "stopped"}:
            self.start()
            return
        self._become("stopping")
        self._wish(on=True)

    async def adopt(self) -> None:
        """Take over what an earlier server left, and go on with what was wished."""
        wish = wanted.read(self._directory)
        self._resume_outlet()
        was_ready = record.is_ready(self._directory)
        try:
            self._on(await Machine.adopt(self._directory))
        except MachineFailed as error:
            self._go_on_without(wish, str(error), was_ready=was_ready)
        else:
            if wish == "off":
                self.stop()

    def _resume_outlet(self) -> None:
        # First of all: the guest may be waiting for its disk.
        if self._outlet is not None:
            try:
                self._outlet.resume()
            except MachineFailed as error:
                logger.warning(
                    "event=unserved instance=%s why=%r", self._facts.id, str(error)
                )

    def _go_on_without(
        self, wish: wanted.Wanted | None, why: str, *, was_ready: bool
    ) -> None:
        if wish == "on" and was_ready:
            self._off(f"It ended while no server was here: {why}", has_failed=True)
        elif wish == "on":
            self.start()
        elif wish == "off":
            self.prepare()

    def doom(self) -> None:
        """From now on the next server would end it too, whatever else is wished."""
        self._remember("gone")
        self._is_doomed = True

    async def end(self) -> None:
        """Off for good. What the guest wrote is the folder owner's to remove.

        Raises MachineFailed when QEMU does not end.
        """
        self._wish(on=False)
        if self._worker is not None:
            await asyncio.wait([self._worker])
        if self._machine is not None:
            raise MachineFailed(self.detail)

    def kill(self) -> None:
        if self._machine is not None:
            with suppress(ProcessLookupError):
                os.kill(self._machine.pid, signal.SIGKILL)

    def _wish(self, *, on: bool) -> None:
        self._wish_for_on = on
        self._remember("on" if on else "off")
        self._outdated.set()
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._working())

    def _remember(self, word: wanted.Wanted) -> None:
        if not self._is_doomed:
            wanted.write(self._directory, word)

    async def _working(self) -> None:
        while self._outdated.is_set():
            self._outdated.clear()
            try:
                await self._halt()
            except MachineFailed as error:
                self._off(str(error), has_failed=True)
                continue
            if self._wish_for_on:
                await self._starting()
            elif self.state == "stopping":
                self._off("")

    async def _halt(self) -> None:
        if self._machine is not None:
            if self._drops_overlay:
                await self._machine.stop()
                self._drops_overlay = False
            else:
                await self._machine.halt()
            record.forget(self._directory)
            self._machine = None
            if self._wish_for_on:
                self._tell(VmStopped())

    async def _starting(self) -> None:
        if self.state != "starting":
            self._become("starting")
        launch = asyncio.create_task(self._launch())
        await self._not_longer_than_wanted(launch)
        try:
            machine = launch.result()
        except (VmnetxError, OSError, TimeoutError, asyncio.CancelledError) as error:
            if not self._outdated.is_set():
                self._off(_said(error), has_failed=True)
            return
        if self._outdated.is_set():
            self._machine = machine
        else:
            self._on(machine)

    async def _launch(self) -> Machine:
        memory = self.memory.saved()
        # The image has deadlines of its own.
        spare = 0.0 if memory is None else restoring.SECONDS
        async with asyncio.timeout(START_SECONDS + spare):
            return await Machine.start(
                self._facts.domain,
                self._disk(),
                directory=self._directory,
                options=self._options,
                memory=memory,
            )

    def _disk(self) -> DiskSource:
        disk = self._facts.disk
        return disk if self._outlet is None else self._outlet.disk(disk)

    async def _not_longer_than_wanted(self, launch: asyncio.Task[Machine]) -> None:
        outdated = asyncio.create_task(self._outdated.wait())
        await asyncio.wait([launch, outdated], return_when=asyncio.FIRST_COMPLETED)
        outdated.cancel()
        if not launch.done():
            await asyncio.wait([launch], timeout=PATIENCE_SECONDS)
        if not launch.done():
            launch.cancel()
            await asyncio.wait([launch])

    async def _watching(self, machine: Machine) -> None:
        reason = await machine.wait_ended()
        if self.machine is machine:
            self._machine = None
            record.forget(self._directory)
            self._off(reason, has_failed=reason.startswith(ACCIDENTS))

    def _on(self, machine: Machine) -> None:
        self._machine = machine
        self._watch = asyncio.create_task(self._watching(machine))
        self.memory.settle(machine)
        self._become("running")
        self._tell(VmStarted(check_display=machine.was_restored))
        if machine.was_restored:
            self._check = asyncio.create_task(self._checking(machine))

    async def _checking(self, machine: Machine) -> None:
        """A black screen means that the image is of no use: the machine boots, on a
        disk that the restored guest has not touched."""
        if await self.memory.shows_nothing(machine) and self.machine is machine:
            self._drops_overlay = True
            self._become("stopping")
            self._wish(on=True)

    def _off(self, detail: str, *, has_failed: bool = False) -> None:
        was_starting = self.state == "starting"
        self.memory.cease()
        self._remember("off")
        self._become("stopped", detail, has_failed=has_failed)
        if was_starting:
            self._tell(StartupFailed(detail))
        self._tell(VmStopped())

    def _become(
        self, state: str, detail: str = "", *, has_failed: bool = False
    ) -> None:
        self.state, self.detail, self.has_failed = state, detail, has_failed
        logger.info(
            "event=state instance=%s state=%s detail=%r", self._facts.id, state, detail
        )
        self.notify()


def _said(error: BaseException) -> str:
    if isinstance(error, VmnetxError | OSError) and str(error):
        return str(error)
    return f"The machine did not start within {START_SECONDS:g} s"
