"""Opens packages on web servers through this host's cache."""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

from vmnetx.cache import naming
from vmnetx.cache.chunks import DiskChunks, MemoryChunks
from vmnetx.cache.naming import Name
from vmnetx.cache.store import NoRoom, Store
from vmnetx.cache.supply import Supply
from vmnetx.errors import Unreachable
from vmnetx.package.http import TIMEOUT_SECONDS, HttpSource, Identity

logger = logging.getLogger(__name__)

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

    def __init__(self, origin: HttpSource, supply: Supply, cache: Cache) -> None:
        self.size = origin.size
        self.etag = origin.etag
        self.last_modified = origin.last_modified
        self.identity = origin.identity
        self.url = origin.url
        self._origin = origin
        self._supply = supply
        self._cache: Cache | None = cache
        self._is_closed = threading.Event()
        self._impatient_until = 0.0

    def read(self, offset: int, length: int) -> bytes:
        return self._supply.read(self._origin.fetch, offset, length)

    def read_for_guest(self, offset: int, length: int) -> bytes:
        """The same, but it waits for a web server that is away for a while."""
        return self._supply.read(self._fetch_patiently, offset, length)

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
        cache, self._cache = self._cache, None
        if cache is not None:
            self._is_closed.set()
            self._origin.close()
            cache.release(self._supply)

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


class Cache:
    """The cache's folder, as one process uses it. Threads may share it."""

    def __init__(self, root: Path, limit: int) -> None:
        self._store = Store(root, limit)
        self._lock = threading.Lock()
        self._supplies: dict[str, Supply] = {}
        self._users: dict[Supply, int] = {}

    def open(
        self,
        url: str,
        *,
        timeout: float = TIMEOUT_SECONDS,
        known: Identity | None = None,
    ) -> CachedSource:
        """Ask the server what there is, unless it is `known`; the rest can wait.

        Raises what HttpSource raises. A package that cannot be kept, for its size or
        for want of a strong entity tag, is read all the same.
        """
        origin = HttpSource(url, timeout=timeout, known=known)
        return CachedSource(origin, self._supply(origin), self)

    def release(self, supply: Supply) -> None:
        """One user less. The last one closes the chunks."""
        with self._lock:
            self._users[supply] -= 1
            if self._users[supply]:
                return
            del self._users[supply]
            self._supplies = {
                key: each for key, each in self._supplies.items() if each is not supply
            }
        supply.chunks.close()

    def _supply(self, origin: HttpSource) -> Supply:
        name = naming.name(origin.url, origin.identity)
        with self._lock:
            supply = self._found_or_made(name, origin.size)
            self._users[supply] = self._users.get(supply, 0) + 1
        return supply

    def _found_or_made(self, name: Name | None, size: int) -> Supply:
        if name is None:
            return Supply(MemoryChunks(size))
        known = self._supplies.get(name.key)
        if known is not None and known.size == size:
            return known
        try:
            supply = Supply(self._store.open(name))
        except (NoRoom, OSError) as error:
            logger.warning("event=not-kept origin=%s why=%r", name.origin, error)
            return Supply(MemoryChunks(size))
        self._supplies[name.key] = supply
        return supply
