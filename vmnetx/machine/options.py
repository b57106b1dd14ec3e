"""What a server grants its machines. A package's wishes are checked against it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Literal

from vmnetx.errors import Refused
from vmnetx.package.domain import Domain

MIB = 1024**2


Network = Literal["none", "restricted", "user"]
"""No card; a card and an address, from where nothing leads out; the outside."""


@dataclass(frozen=True)
class Limits:
    """The most that one machine may have."""

    memory_bytes: int = 2048 * MIB
    vcpus: int = 4
    overlay_bytes: int = 4096 * MIB
    """What the guest may write before its writes fail: the overlay's size on disk.
    The log has the same bound."""
    niceness: int = 5

    def check(self, domain: Domain) -> None:
        """Raises Refused, with the number asked for and the number allowed."""
        if domain.memory_bytes > self.memory_bytes:
            raise Refused(
                f"The machine wants {domain.memory_bytes / MIB:g} MiB of memory; "
                f"this server allows {self.memory_bytes / MIB:g} MiB"
            )
        if domain.vcpus > self.vcpus:
            raise Refused(
                f"The machine wants {domain.vcpus} processors; "
                f"this server allows {self.vcpus}"
            )


def _unprivileged_user() -> str | None:
    return "nobody" if os.geteuid() == 0 else None


@dataclass(frozen=True)
class MachineOptions:
    network: Network = "none"
    accelerator: Literal["kvm", "tcg"] = "tcg"
    vnc: bool = True
    spice: bool = True
    """Left out, without an error, where QEMU has no SPICE."""
    limits: Limits = field(default_factory=Limits)
    run_as: str | None = field(default_factory=_unprivileged_user)
    """The user that QEMU runs as; None keeps the server's own. Needs root."""
