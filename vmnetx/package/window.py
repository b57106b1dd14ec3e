"""A source as the file object that `zipfile` wants."""

from __future__ import annotations

import io

from vmnetx.errors import BadPackage
from vmnetx.package.source import Source


class Window(io.RawIOBase):
    """Reads a source like a file, and never much at once.

    The limit holds whatever lengths a zip file claims: no package makes us hold more.
    """

    def __init__(self, source: Source, *, limit: int) -> None:
        super().__init__()
        self._source = source
        self._limit = limit
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {
            io.SEEK_SET: 0,
            io.SEEK_CUR: self._position,
            io.SEEK_END: self._source.size,
        }[whence]
        if start + offset < 0:
            # What a real file answers, and zipfile tells from a damaged archive.
            raise OSError("seek to before the start")
        self._position = start + offset
        return self._position

    def read(self, size: int = -1) -> bytes:
        left = max(0, self._source.size - self._position)
        size = left if size < 0 else min(size, left)
        if size > self._limit:
            raise BadPackage(
                f"Package wants {size} bytes read; the limit is {self._limit}"
            )
        data = self._source.read(self._position, size)
        self._position += len(data)
        return data
