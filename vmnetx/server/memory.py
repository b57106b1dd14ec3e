"""What becomes of an instance's memory image.

    none       the package has none, or its machine has started from off
    restoring  it is being read
    restored   the machine runs on from it
    rejected   it could not be used, and the machine starts from off

Once it is none or rejected no start of this instance uses it any more: the disk is
another one by then (docs/decisions/0007-a-memory-image-is-for-the-first-start.md).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal

from vmnetx.machine import restoring
from vmnetx.machine.machine import Machine
from vmnetx.machine.outlet import Outlet
from vmnetx.machine.restoring import SavedMemory
from vmnetx.package.source import LocalFile
from vmnetx.server.facts import Facts
from vmnetx.wire.messages import Event, StartupProgress, StartupRejectedMemory

logger = logging.getLogger(__name__)

State = Literal["none", "restoring", "restored", "rejected"]


class Memory:
    """One instance's. `tell` hears the protocol's events."""

    def __init__(
        self, facts: Facts, outlet: Outlet | None, tell: Callable[[Event], None]
    ) -> None:
        self.state: State = "none"
        self.detail = ""
        """Why it was rejected, for a curator."""
        self.fraction = 0.0
        self._facts = facts
        self._outlet = outlet
        self._tell = tell
        self._is_untold = False

    @property
    def progress(self) -> float | None:
        """How much of the image has been read, while it is restored."""
        return self.fraction if self.state == "restoring" else None

    def saved(self) -> SavedMemory | None:
        """For Machine.start(). None: there is no image, or none to be used any more."""
        if self._is_untold:
            self._is_untold = False
            self._tell(StartupRejectedMemory())
        member = self._facts.memory
        if member is None or self.state == "rejected":
            return None
        if self._outlet is not None:
            opener = self._outlet.share
        else:
            opener = partial(LocalFile, Path(self._facts.location))
        return SavedMemory(opener, member, self._on_progress, self._on_rejected)

    def settle(self, machine: Machine) -> None:
        """The machine runs."""
        if machine.was_restored:
            self.state = "restored"
        elif self.state != "rejected":
            self.state = "none"

    def cease(self) -> None:
        """The machine is off: nothing is restored any more."""
        if self.state == "restoring":
            self.state = "none"

    async def shows_nothing(self, machine: Machine) -> bool:
        """Whether a restored screen is black after a while; then the image is rejected,
        which the next start tells (spec 7.1)."""
        seconds = restoring.BLACK_AFTER_SECONDS
        is_black = await machine.is_black_after(seconds)
        if is_black:
            self._reject(f"The screen was black {seconds:g} s after the restore")
            self._is_untold = True
        return is_black

    def _on_progress(self, fraction: float) -> None:
        self.state, self.fraction = "restoring", fraction
        self._tell(StartupProgress(fraction))

    def _on_rejected(self, reason: str) -> None:
        self._reject(reason)
        self._tell(StartupRejectedMemory())

    def _reject(self, reason: str) -> None:
        logger.warning(
            "event=memory-rejected instance=%s why=%r", self._facts.id, reason
        )
        self.state, self.detail = "rejected", reason
