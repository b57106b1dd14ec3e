"""The stream of a memory image, unpacked piece by piece.

Nobody holds more of it than a piece, whatever it claims: and all the pieces together
are no more than the reader allows.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

import zstandard

from vmnetx.errors import BadPackage
from vmnetx.package.archive import Member
from vmnetx.package.lzop import LzopReader
from vmnetx.package.memory import SaveHeader
from vmnetx.package.source import Source

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

PIECE = 1024 * 1024
# xz -9 and zstd --ultra --long want as much, and no more.
MAX_WINDOW = 128 * 1024**2

# What the libraries let out for damaged streams.
_DAMAGE = (zlib.error, lzma.LZMAError, zstandard.ZstdError, EOFError, ValueError)


class Body(io.RawIOBase):
    """What comes after an image's header, as a file. Raises what the source raises."""

    def __init__(self, source: Source, member: Member, header: SaveHeader) -> None:
        super().__init__()
        self._source = source
        self._end = member.offset + member.size
        self._start = member.offset
        self._position = member.offset + header.body_offset

    @property
    def fraction(self) -> float:
        """How much of the image has been read, header and all: from 0 to 1."""
        return (self._position - self._start) / (self._end - self._start)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        wanted = min(len(view), self._end - self._position)
        data = self._source.read(self._position, wanted)
        view[: len(data)] = data
        self._position += len(data)
        return len(data)


class _Reader(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Decompressor(Protocol):
    """What bz2 and lzma have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Unpacker:
    """Reads one stream of bz2 or xz. The file objects of those modules set no limit to
    the window that a stream asks for."""

    def __init__(self, file: BinaryIO, decompressor: _Decompressor) -> None:
        self._file = file
        self._decompressor = decompressor

    def read(self, size: int, /) -> bytes:
        while not self._decompressor.eof:
            data = self._file.read(PIECE) if self._decompressor.needs_input else b""
            if not data and self._decompressor.needs_input:
                raise EOFError("it ends too early")
            piece = self._decompressor.decompress(data, size)
            if piece:
                return piece
        return b""


def _open_zstd(file: BinaryIO) -> _Reader:
    decompressor = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW)
    return cast("_Reader", decompressor.stream_reader(file, read_across_frames=True))


_OPENERS: dict[str, Callable[[BinaryIO], _Reader]] = {
    "raw": lambda file: file,
    "gzip": lambda file: cast("_Reader", gzip.GzipFile(fileobj=file)),
    "bzip2": lambda file: _Unpacker(file, bz2.BZ2Decompressor()),
    "xz": lambda file: _Unpacker(
        file, lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MAX_WINDOW)
    ),
    "lzop": lambda file: LzopReader(file.read),
    "zstd": _open_zstd,
}


def unpacked(body: Body, compression: str, *, limit: int) -> Iterator[bytes]:
    """The stream, in pieces of at most PIECE bytes.

    Raises BadPackage when it is damaged or longer than `limit`, and what the source
    raises. Whether a raw or zstd stream is whole is for QEMU to say.
    """
    file = cast("BinaryIO", io.BufferedReader(body, PIECE))
    try:
        reader = _OPENERS[compression](file)
        left = limit
        while piece := reader.read(PIECE):
            left -= len(piece)
            if left < 0:
                raise BadPackage(f"Memory image is longer than {limit} bytes unpacked")
            yield piece
    except OSError as error:
        # gzip and bz2 say so of damaged streams; sources raise errors of their own.
        raise BadPackage(f"Memory image is damaged: {error}") from error
    except _DAMAGE as error:
        raise BadPackage(f"Memory image is damaged: {error}") from error
