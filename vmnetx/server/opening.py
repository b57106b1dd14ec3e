"""Opens a package without holding up the event loop, however slow its server is."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from pathlib import Path

from vmnetx.cache.cache import Cache
from vmnetx.errors import Full, Unreachable
from vmnetx.package.archive import Package, open_package
from vmnetx.package.source import LocalFile, Source

OPEN_SECONDS = 20.0
SILENCE_SECONDS = 8.0
MAX_AT_ONCE = 8
RETRY_SECONDS = 5


class Opener:
    """Opens packages in threads of its own, a bounded number of them.

    A thread cannot be cancelled. One that is too late is left to its own timeouts, as
    a daemon that does not hold up the server's end, and keeps its place until then.
    """

    def __init__(self, cache: Cache, *, deadline: float = OPEN_SECONDS) -> None:
        self._cache = cache
        self._deadline = deadline
        self._places = threading.BoundedSemaphore(MAX_AT_ONCE)

    async def open(self, location: str | Path) -> Package:
        """The checked package. Its source is open, and the caller's to close.

        Raises BadPackage, SourceChanged, Unreachable, and Full when too many are being
        opened.
        """
        if not self._places.acquire(blocking=False):
            raise Full("Too many packages are being opened", retry_after=RETRY_SECONDS)
        opened: Future[Package] = Future()
        # From here on the future cannot be cancelled: the thread will settle it.
        opened.set_running_or_notify_cancel()
        threading.Thread(
            target=self._work, args=(location, opened), name="opener", daemon=True
        ).start()
        try:
            async with asyncio.timeout(self._deadline):
                return await asyncio.wrap_future(opened)
        except TimeoutError:
            opened.add_done_callback(_close)
            raise Unreachable(
                f"The package could not be read within {self._deadline:g} s"
            ) from None
        except asyncio.CancelledError:
            opened.add_done_callback(_close)
            raise

    def _work(self, location: str | Path, opened: Future[Package]) -> None:
        try:
            opened.set_result(self._open(location))
        except BaseException as error:  # noqa: BLE001  raised again by open()
            opened.set_exception(error)
        finally:
            self._places.release()

    def _open(self, location: str | Path) -> Package:
        source: Source
        if isinstance(location, Path):
            source = LocalFile(location)
        else:
            source = self._cache.open(location, timeout=SILENCE_SECONDS)
        try:
            return open_package(source)
        except BaseException:
            source.close()
            raise


def _close(opened: Future[Package]) -> None:
    """What came when nobody waited for it any more."""
    if opened.exception() is None:
        opened.result().source.close()
