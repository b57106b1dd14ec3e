"""Opens packages on web servers through this host's cache."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from vmnetx.cache import naming, traces
from vmnetx.cache.cached_source import CachedSource
from vmnetx.cache.chunks import CHUNK, DiskChunks, MemoryChunks, count
from vmnetx.cache.filling import Filler
from vmnetx.cache.naming import Name
from vmnetx.cache.store import NoRoom, Store
from vmnetx.cache.supply import LONGEST_RUN, Supply
from vmnetx.cache.traces import Trace
from vmnetx.errors import VmnetxError
from vmnetx.package.http import TIMEOUT_SECONDS, HttpSource, Identity

logger = logging.getLogger(__name__)


SMALL_BYTES = LONGEST_RUN * CHUNK
"""What one request brings is brought at once: then QEMU reads it as a file, which for a
guest that reads sector by sector is quicker than asking us."""


@dataclass(eq=False)
class _Shared:
    """One package, for all sources of it in this process."""

    supply: Supply
    name: Name | None = None
    filler: Filler | None = None
    users: int = 0


class Cache:
    """The cache's folder, as one process uses it. Threads may share it."""

    def __init__(self, root: Path, limit: int) -> None:
        self._store = Store(root, limit)
        self._lock = threading.Lock()
        self._shared: dict[str, _Shared] = {}

    def open(
        self,
        url: str,
        *,
        timeout: float = TIMEOUT_SECONDS,
        known: Identity | None = None,
    ) -> CachedSource:
        """Ask the server what there is, unless it is `known`; the rest can wait.

        While it is open the rest is fetched, too, behind the guest's back. Raises what
        HttpSource raises. A package that cannot be kept, for its size or for want of a
        strong entity tag, is read all the same.
        """
        origin = HttpSource(url, timeout=timeout, known=known)
        name = naming.name(origin.url, origin.identity)
        with self._lock:
            shared = self._found_or_made(name, origin.size)
            shared.users += 1
        if shared.filler is not None:
            shared.filler.use(origin.fetch)
        if known is None and origin.size <= SMALL_BYTES:
            self._bring_all(shared, origin)
        if shared.filler is not None:
            shared.filler.start()
        release = partial(self._release, shared, origin)
        # A boot that another process has begun is not all seen here, and none is whose
        # disk is a file.
        chunks = shared.supply.chunks
        is_whole = isinstance(chunks, DiskChunks) and chunks.is_whole
        trace = Trace(is_from_the_start=known is None and not is_whole)
        return CachedSource(origin, shared.supply, trace, release)

    def _bring_all(self, shared: _Shared, origin: HttpSource) -> None:
        """If it cannot be had now, who reads will hear why."""
        kept = shared.supply.chunks
        if shared.name is None or not isinstance(kept, DiskChunks) or kept.is_whole:
            return
        with suppress(VmnetxError, OSError):
            shared.supply.bring(origin.fetch, range(count(origin.size)))
            # The filler's thread marks it: that waits for the disk.
            kept.is_whole = self._is_right(shared, kept, shared.name)

    def _release(self, shared: _Shared, origin: HttpSource, trace: Trace) -> None:
        """The last one who had it open closes the chunks."""
        if shared.filler is not None:
            shared.filler.drop(origin.fetch)
        if shared.name is not None and trace.is_of_a_boot:
            self._keep(trace, shared.name)
        with self._lock:
            shared.users -= 1
            if shared.users:
                return
            self._forget(shared)
        if shared.filler is not None:
            shared.filler.close()
        shared.supply.chunks.close()

    def _forget(self, shared: _Shared) -> None:
        if shared.name and self._shared.get(shared.name.key) is shared:
            del self._shared[shared.name.key]

    def _keep(self, trace: Trace, name: Name) -> None:
        try:
            traces.write(self._store.root, name.key, trace.numbers())
        except OSError as error:
            logger.warning("event=no-trace why=%r", error)

    def _found_or_made(self, name: Name | None, size: int) -> _Shared:
        if name is None:
            return _Shared(Supply(MemoryChunks(size)))
        known = self._shared.get(name.key)
        if known is not None and known.supply.size == size:
            return known
        try:
            kept = self._store.open(name)
        except (NoRoom, OSError) as error:
            logger.warning("event=not-kept package=%s why=%r", name.label, error)
            return _Shared(Supply(MemoryChunks(size)), name)
        shared = self._shared[name.key] = _Shared(Supply(kept), name)
        if not kept.is_whole:
            order = traces.read(self._store.root, name.key, count(size))
            check = partial(self._check, shared, kept, name)
            shared.filler = Filler(shared.supply, kept, order, check)
        return shared

    def _check(self, shared: _Shared, kept: DiskChunks, name: Name) -> None:
        """All of it is there: believe it from now on, or throw it away."""
        if self._is_right(shared, kept, name):
            kept.mark_whole()
            logger.info("event=whole package=%s key=%s", name.label, name.key)

    def _is_right(self, shared: _Shared, kept: DiskChunks, name: Name) -> bool:
        """Whether it has the digest that it should; otherwise it is thrown away."""
        if name.sha256 is None or kept.sha256() == name.sha256:
            return True
        logger.error(
            "event=wrong-bytes package=%s sha256=%s: thrown away",
            name.label,
            name.sha256,
        )
        with self._lock:
            self._forget(shared)
        if shared.filler is not None:
            shared.filler.close()
        # Those who have it open ask the server anew.
        shared.supply.chunks = MemoryChunks(kept.size)
        self._store.discard(kept)
        kept.close()
        return False
