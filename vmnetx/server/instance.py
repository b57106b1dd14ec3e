"""One instance: a package's machine and its secrets, from creation to end.

It is what the gateway's connections see (gateway_instance.GatewayInstance), what the
control API shows and what viewers wait for.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from vmnetx.errors import Absent, MachineFailed, Refused
from vmnetx.machine.machine import Machine
from vmnetx.machine.options import MachineOptions
from vmnetx.machine.outlet import Outlet
from vmnetx.server.facts import Facts, discard
from vmnetx.server.gateway_instance import STREAM_LIMIT
from vmnetx.server.memory import Memory
from vmnetx.server.power import Power
from vmnetx.wire.messages import Event, VmDestroyed

logger = logging.getLogger(__name__)

Listener = Callable[[Event], None]
UserNetwork = Literal["closed", "open"]


@dataclass(frozen=True)
class Terms:
    """What the server grants each instance. Times are seconds."""

    machine: MachineOptions = field(default_factory=MachineOptions)
    instance_timeout: int = 300
    gc_interval: int = 5
    user_network: UserNetwork = "closed"
    """Whether a machine may have a network that would reach this host's services."""


class Instance:
    """Lives in one event loop. `on_gone` is called when nothing of it is left.

    The outlet of a package from the web is closed with it.
    """

    def __init__(
        self,
        facts: Facts,
        directory: Path,
        terms: Terms,
        on_gone: Callable[[Instance], None],
        outlet: Outlet | None = None,
    ) -> None:
        self.facts = facts
        self.last_seen = datetime.now(UTC)
        self.watchers = 0
        self._seen = time.monotonic()
        self._directory = directory
        self._terms = terms
        self._on_gone = on_gone
        self._outlet = outlet
        self._power = Power(facts, directory, terms.machine, self._tell, outlet)
        self._listeners: set[Listener] = set()
        self._end: asyncio.Task[None] | None = None

    def __repr__(self) -> str:
        return f"<Instance {self.facts.id} {self.status}>"

    @property
    def id(self) -> str:
        return self.facts.id

    @property
    def token(self) -> str:
        return self.facts.token

    @property
    def name(self) -> str:
        return self.facts.vm_name

    @property
    def status(self) -> str:
        """As the control API tells it: spec 2.2's words, and "failed"."""
        if self._end is not None:
            return "terminating"
        return "failed" if self._power.has_failed else self._power.state

    @property
    def detail(self) -> str:
        """Why the machine is off, in words; "" where there is nothing to say."""
        return self._power.detail

    @property
    def memory(self) -> Memory:
        """What becomes of the package's memory image."""
        return self._power.memory

    @property
    def state(self) -> str:
        """As the protocol tells it: one of vmnetx.wire.fields.STATES."""
        return "stopped" if self._power.state == "pending" else self._power.state

    @property
    def limit_mouse_rate(self) -> int | None:
        return self.facts.domain.limit_mouse_rate_hz

    @property
    def timeout_min(self) -> int:
        return self._terms.instance_timeout

    @property
    def timeout_max(self) -> int:
        return self._terms.instance_timeout + self._terms.gc_interval

    @property
    def memory_bytes(self) -> int:
        return self.facts.domain.memory_bytes

    def touch(self) -> None:
        """Somebody is there: the idle clock starts anew."""
        self._seen = time.monotonic()
        self.last_seen = datetime.now(UTC)

    def is_idle(self, now: float) -> bool:
        """Spec 2.6's rule, by the monotonic clock; a viewer is a sign of life."""
        if self.watchers:
            self.touch()
            return False
        return now > self._seen + self.timeout_max

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Within it somebody sees the screen, so the instance is not idle."""
        self.watchers += 1
        self.touch()
        try:
            yield
        finally:
            self.watchers -= 1
            self.touch()

    async def prepare(self) -> None:
        """The package was checked at the creation, so there is nothing to wait for."""
        self._power.prepare()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Tell `listener` each event from now on; VmDestroyed is the last.

        Raises Refused when the instance is ending.
        """
        self._refuse_the_end()
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    def start(self) -> None:
        """Switch on what is off; otherwise nothing. Raises Refused at the end."""
        self._refuse_the_end()
        self._power.start()

    def stop(self) -> None:
        """Switch off what is on; otherwise nothing. Raises Refused at the end."""
        self._refuse_the_end()
        self._power.stop()

    def restart(self) -> None:
        """Off and on; the disk stays as it is. Raises Refused at the end."""
        self._refuse_the_end()
        self._power.restart()

    def destroy(self) -> None:
        """End it, with all that it wrote. Returns at once; again is harmless."""
        if self._end is None:
            logger.info("event=destroy instance=%s", self.id)
            self._power.doom()
            self._end = asyncio.create_task(self._ending())
            self._tell(VmDestroyed())
            self._power.notify()

    async def ended(self) -> None:
        """Destroy it, and return when nothing is left."""
        self.destroy()
        if self._end is not None:
            await asyncio.shield(self._end)

    def kill(self) -> None:
        """End the machine's process without asking it. For a server in a hurry."""
        self._power.kill()

    async def adopt(self) -> None:
        """Take over what an earlier server left, and go on with what was wished."""
        await self._power.adopt()

    async def running_machine(self, seconds: float) -> Machine:
        """The machine, waited for while it starts.

        Raises Absent when the instance has ended, MachineFailed when its machine is
        off, or not on within `seconds`.
        """
        try:
            async with asyncio.timeout(seconds):
                while (machine := self._machine_in_sight()) is None:
                    await self._power.change()
        except TimeoutError:
            raise MachineFailed("The machine is still starting") from None
        return machine

    async def left_by(self, machine: Machine, seconds: float) -> None:
        """Return when `machine` is no longer this instance's, or after `seconds`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._power.machine is machine and self._end is None:
                    await self._power.change()

    async def changed(self) -> None:
        """Return at the next change of the status."""
        await self._power.change()

    async def open_spice(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to the running machine's SPICE server. OSError or MachineFailed."""
        machine = self._power.machine
        if machine is None or machine.spice_socket is None:
            raise MachineFailed("The machine has no SPICE server now")
        return await asyncio.open_unix_connection(
            machine.spice_socket, limit=STREAM_LIMIT
        )

    async def screenshot(self) -> bytes:
        """A PNG of the screen. Raises MachineFailed while no machine runs."""
        if self._power.machine is None:
            raise MachineFailed("The machine is not running")
        return await self._power.machine.screenshot()

    def _refuse_the_end(self) -> None:
        if self._end is not None:
            raise Refused("The instance is being destroyed")

    def _machine_in_sight(self) -> Machine | None:
        """The running machine; None while it comes."""
        if self._end is not None:
            raise Absent("The instance has ended")
        if self._power.state in {"pending", "stopped"}:
            raise MachineFailed("The machine is not running")
        return self._power.machine

    async def _ending(self) -> None:
        try:
            await self._power.end()
        except MachineFailed:
            # Its record stays with it: the next server tries again.
            logger.exception("event=stuck instance=%s", self.id)
        else:
            if self._outlet is not None:
                self._outlet.close()
            await asyncio.to_thread(discard, self._directory)
        self._on_gone(self)
        logger.info("event=gone instance=%s", self.id)

    def _tell(self, event: Event) -> None:
        for listener in list(self._listeners):
            listener(event)
