"""Startup progress, thinned out: the original sent one message a chunk read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from vmnetx.wire.messages import StartupProgress


class ProgressThrottle:
    """Passes the first progress on at once, then the newest after every interval."""

    def __init__(self, say: Callable[[StartupProgress], None], seconds: float) -> None:
        self._say = say
        self._seconds = seconds
        self._latest: StartupProgress | None = None
        self._timer: asyncio.TimerHandle | None = None

    def offer(self, progress: StartupProgress) -> None:
        """Say `progress` now, or later if nothing newer comes."""
        if self._timer is not None:
            self._latest = progress
            return
        self._say(progress)
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._seconds, self._on_timer)

    def forget(self) -> None:
        """Drop what waits: something has happened that it came before."""
        self._latest = None

    def close(self) -> None:
        """Say nothing any more."""
        self._latest = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _on_timer(self) -> None:
        self._timer = None
        latest, self._latest = self._latest, None
        if latest is not None:
            self.offer(latest)
