"""Fetches a package ahead of need, in a thread, while somebody has it open.

First what its last boot read, in that order. When the guest has become quiet, the rest
at a polite pace, by one process at a time. When all is there it is checked, and from
then on no chunk is looked at any more.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from vmnetx.cache.chunks import CHUNK, DiskChunks, count
from vmnetx.cache.supply import Fetch, Supply, runs
from vmnetx.errors import Unreachable, VmnetxError

logger = logging.getLogger(__name__)

QUIET_SECONDS = 2.0
"""Without a chunk that the guest had to wait for."""
BYTES_PER_SECOND = 8 * 1024 * 1024
RETRY_SECONDS = 5.0
LOCK = "filling"


class Filler:
    """One package's thread, from start() on. `check` hears when all of it is there."""

    def __init__(
        self,
        supply: Supply,
        chunks: DiskChunks,
        order: Sequence[int],
        check: Callable[[], None],
    ) -> None:
        self._supply = supply
        self._chunks = chunks
        self._order = order
        self._check = check
        self._lock = threading.Lock()
        self._ways: list[Fetch] = []
        self._is_closed = threading.Event()
        self._has_way = threading.Event()
        self._thread = threading.Thread(target=self._work, name="filler", daemon=True)
        self._is_started = False

    def start(self) -> None:
        """Again is harmless."""
        with self._lock:
            if not self._is_started:
                self._is_started = True
                self._thread.start()

    def use(self, way: Fetch) -> None:
        """Fetch by this one, too: one of a machine that runs."""
        with self._lock:
            self._ways.append(way)
            self._has_way.set()

    def drop(self, way: Fetch) -> None:
        """Its machine has ended, or its server says no. Again is harmless."""
        with self._lock:
            if way in self._ways:
                self._ways.remove(way)
            if not self._ways:
                self._has_way.clear()

    def close(self) -> None:
        """No more is fetched. Waits for nobody."""
        self._is_closed.set()
        self._has_way.set()

    def _work(self) -> None:
        try:
            for run in runs(n for n in self._order if not self._chunks.has(n)):
                self._bring(run)
            while not self._is_closed.is_set() and not self._chunks.is_marked:
                with self._alone() as is_alone:
                    if is_alone:
                        self._fill()
                if not self._chunks.is_marked:
                    self._is_closed.wait(RETRY_SECONDS)
                    self._chunks.look_again()
        except OSError as error:
            logger.warning("event=not-filled why=%r", error)

    def _fill(self) -> None:
        """What is missing; then `check`, if nothing of it could not be had."""
        lacking = [n for n in range(count(self._chunks.size)) if not self._has(n)]
        for run in runs(lacking):
            self._wait_for_quiet()
            started = time.monotonic()
            if not self._bring(run):
                return
            # Half of the time is everybody else's, also where the line is slow.
            pause = max(time.monotonic() - started, len(run) * CHUNK / BYTES_PER_SECOND)
            self._is_closed.wait(pause)
        if not self._is_closed.is_set():
            self._check()

    def _has(self, number: int) -> bool:
        """Looked at: a chunk that a power cut tore must not spoil the rest."""
        return self._chunks.read(number, 0, 1) is not None

    def _bring(self, run: Sequence[int]) -> bool:
        """Whether the run is here. It is skipped when nobody can get it now."""
        while not self._is_closed.is_set():
            way = self._way()
            try:
                if way is not None:
                    self._supply.bring(way, run)
                    return True
            except Unreachable:
                return False
            except VmnetxError:
                if way is not None:
                    self.drop(way)
        return False

    def _way(self) -> Fetch | None:
        """The newest: its token is good for longest. Waited for, if there is none."""
        self._has_way.wait()
        with self._lock:
            return self._ways[-1] if self._ways else None

    def _wait_for_quiet(self) -> None:
        while True:
            left = self._supply.last_wait + QUIET_SECONDS - time.monotonic()
            if left <= 0 or self._is_closed.wait(left):
                return

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """Whether no other process fills the same package, until the end of this."""
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
        descriptor = os.open(self._chunks.folder / LOCK, flags, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
        finally:
            os.close(descriptor)
