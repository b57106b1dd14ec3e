"""What surrounds an opened machine on this desktop, whether it runs here or there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vmnetx.launcher.notices import Notices


def _nothing() -> None:
    """Nobody wants to know."""


@dataclass(frozen=True)
class Desk:
    """`directory` is this user's alone and goes when it is over."""

    notices: Notices
    directory: Path
    viewer: str | None = None
    """The program to show screens with; None: one that is installed."""
    on_started: Callable[[], None] = _nothing
    """Called at each start of the machine."""
