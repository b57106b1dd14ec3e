"""Gives QEMU the disk of a package that came from a web server.

What is here as a whole is read as a file: then nothing of us is in the way, whatever
becomes of this process. What is not is served, and fetched as the guest asks for it.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from vmnetx.cache.cached_source import CachedSource
from vmnetx.cache.export import Export
from vmnetx.errors import MachineFailed
from vmnetx.machine import folder
from vmnetx.machine.disk import SERVED, DiskSource
from vmnetx.package.source import Source


class _Shared:
    """A source that somebody else closes."""

    def __init__(self, source: CachedSource) -> None:
        self.size = source.size
        self.etag = source.etag
        self.last_modified = source.last_modified
        self.url = source.url
        self.read = source.read_for_guest

    def close(self) -> None:
        pass


class Outlet:
    """One machine's way to its package. Owns the source, which it closes."""

    def __init__(
        self, source: CachedSource, directory: Path, run_as: str | None
    ) -> None:
        self._source = source
        self._directory = directory
        self._run_as = run_as
        self._export: Export | None = None
        self._held: int | None = None

    def disk(self, served: DiskSource) -> DiskSource:
        """For Machine.start(): `served`, or the file where all of it is.

        Its descriptor is the outlet's, until the next call. Raises MachineFailed.
        """
        self._release()
        path = self._source.whole_file()
        try:
            self._held = self._source.hold()
            if path is not None:
                return replace(served, location=str(path), held=self._held)
            self._serve()
        except (OSError, LookupError) as error:
            raise MachineFailed(f"The disk cannot be served: {error}") from error
        return replace(served, location=SERVED, held=self._held)

    def share(self) -> Source:
        """The package's bytes, for another reader beside QEMU; its close() leaves the
        outlet as it is."""
        return _Shared(self._source)

    def resume(self) -> None:
        """Serve a machine that another process, now gone, has started. Raises
        MachineFailed."""
        try:
            self._serve()
        except (OSError, LookupError) as error:
            raise MachineFailed(f"The disk cannot be served: {error}") from error

    def close(self) -> None:
        """After the machine's end. Again is harmless."""
        self._release()
        self._source.close()

    def _serve(self) -> None:
        listener = folder.listen_for_disk(self._directory, self._run_as)
        self._export = Export(self._source, listener)

    def _release(self) -> None:
        if self._export is not None:
            self._export.close()
            self._export = None
        if self._held is not None:
            os.close(self._held)
            self._held = None
