"""A package on a web server, read through what this host keeps."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from vmnetx.cache.chunks import DiskChunks
from vmnetx.cache.supply import ReadAhead, Supply
from vmnetx.cache.traces import Trace
from vmnetx.errors import Unreachable
from vmnetx.package.http import HttpSource

PATIENCE_SECONDS = 20.0
"""A guest does not hear of a web server that is back by then. Its own drivers give up
after 30 s."""
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 3.0
IMPATIENT_SECONDS = 10.0
"""After one read has waited in vain the others fail at once, for so long."""


class CachedSource:
    """A vmnetx.package.source.Source whose bytes are fetched once on this host.

    Other than a Source has to, it may be read by any number of threads at once.
    """

    def __init__(
        self,
        origin: HttpSource,
        supply: Supply,
        trace: Trace,
        on_close: Callable[[Trace], None],
    ) -> None:
        self.size = origin.size
        self.etag = origin.etag
        self.last_modified = origin.last_modified
        self.identity = origin.identity
        self.url = origin.url
        self._origin = origin
        self._supply = supply
        self._on_close: Callable[[Trace], None] | None = on_close
        self._trace = trace
        self._ahead = ReadAhead()
        self._is_closed = threading.Event()
        self._impatient_until = 0.0

    def read(self, offset: int, length: int) -> bytes:
        self._trace.note(offset, min(length, self.size))
        return self._supply.read(self._origin.fetch, offset, length, self._ahead)

    def read_for_guest(self, offset: int, length: int) -> bytes:
        """The same, but it waits for a web server that is away for a while."""
        self._trace.note_for_guest(offset, length)
        return self._supply.read(self._fetch_patiently, offset, length, self._ahead)

    def has(self, offset: int, length: int) -> bool:
        """Whether this part is likely to be here already."""
        return self._supply.has(offset, length)

    def whole_file(self) -> Path | None:
        """The file with all bytes, checked, for who reads it beside this source; None
        while something is missing."""
        chunks = self._supply.chunks
        if isinstance(chunks, DiskChunks) and chunks.is_whole:
            return chunks.file
        return None

    def hold(self) -> int | None:
        """A descriptor that keeps the bytes here for as long as any process has it.

        None where they are not kept. The caller closes it. Raises OSError.
        """
        chunks = self._supply.chunks
        return chunks.hold() if isinstance(chunks, DiskChunks) else None

    def close(self) -> None:
        on_close, self._on_close = self._on_close, None
        if on_close is not None:
            self._is_closed.set()
            self._origin.close()
            on_close(self._trace)

    def _fetch_patiently(self, start: int, end: int) -> bytes:
        started = time.monotonic()
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                return self._origin.fetch(start, end)
            except Unreachable:
                if self._has_waited_enough(started + PATIENCE_SECONDS, pause):
                    raise
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _has_waited_enough(self, until: float, pause: float) -> bool:
        now = time.monotonic()
        if now < self._impatient_until:
            return True
        if now + pause > until:
            self._impatient_until = now + IMPATIENT_SECONDS
            return True
        return self._is_closed.wait(pause)
