"""Opens packages on web servers through this host's cache."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from vmnetx.cache import naming
from vmnetx.cache.chunks import MemoryChunks
from vmnetx.cache.naming import Name
from vmnetx.cache.store import NoRoom, Store
from vmnetx.cache.supply import Supply
from vmnetx.package.http import TIMEOUT_SECONDS, HttpSource, Identity

logger = logging.getLogger(__name__)


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

    def read(self, offset: int, length: int) -> bytes:
        return self._supply.read(self._origin.fetch, offset, length)

    def close(self) -> None:
        cache, self._cache = self._cache, None
        if cache is not None:
            self._origin.close()
            cache.release(self._supply)


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
