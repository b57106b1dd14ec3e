"""Where a package's bytes come from."""

from __future__ import annotations

import os
import stat
from email.utils import formatdate
from pathlib import Path
from typing import Protocol

from vmnetx.errors import SourceChanged, Unreachable


class Source(Protocol):
    """Bytes that stay the same for as long as the source is open.

    One thread at a time. Every read raises SourceChanged once the bytes are others than
    at the opening, Unreachable when they cannot be had, and Refused when the server
    will not give them, or not in ranges.
    """

    @property
    def size(self) -> int:
        """Bytes in all."""

    @property
    def etag(self) -> str | None:
        """The strong entity tag, quotes included."""

    @property
    def last_modified(self) -> str | None:
        """An HTTP date."""

    @property
    def url(self) -> str:
        """The whole address. It may hold a secret: never show it, use the errors'."""

    def read(self, offset: int, length: int) -> bytes:
        """`length` bytes from `offset`; fewer only where the source ends."""

    def close(self) -> None:
        """Let go of the file or the connection. Again is harmless."""


class LocalFile:
    """A package on this machine. Raises Unreachable when it cannot be opened."""

    etag = None

    def __init__(self, path: Path) -> None:
        self._name = path.name
        self.url = path.absolute().as_uri()
        try:
            # A named pipe must not make us wait for its writer.
            self._descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        except OSError as error:
            raise Unreachable(f"{path.name}: {error.strerror}") from error
        self._opened = os.fstat(self._descriptor)
        if not stat.S_ISREG(self._opened.st_mode):
            self.close()
            raise Unreachable(f"{path.name}: not a file")
        self.size = self._opened.st_size
        self.last_modified = formatdate(int(self._opened.st_mtime), usegmt=True)

    def read(self, offset: int, length: int) -> bytes:
        # Both bounded by the size: offsets from a damaged zip are beyond any file.
        offset = min(offset, self.size)
        length = max(0, min(length, self.size - offset))
        try:
            data = os.pread(self._descriptor, length, offset)
            now = os.fstat(self._descriptor)
        except OSError as error:
            raise Unreachable(f"{self._name}: {error.strerror}") from error
        if (now.st_size, now.st_mtime_ns) != (self.size, self._opened.st_mtime_ns):
            raise SourceChanged(f"{self._name} changed while it was open")
        return data

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
