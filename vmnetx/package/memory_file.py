"""Writes memory images: the header, and a stream that is compressed as it comes."""

from __future__ import annotations

import bz2
import lzma
import shutil
import zlib
from collections.abc import Callable, Iterable
from typing import BinaryIO, Final, Protocol

import zstandard

from vmnetx.errors import BadPackage
from vmnetx.package import memory
from vmnetx.package.memory import Area, SaveHeader
from vmnetx.package.unpacking import PIECE, Body, unpacked

# More gains a hundredth and takes ten times as long. The window is the widest that is
# read: a guest's memory holds the same file in several places.
ZSTD_LEVEL: Final = 12
ZSTD_WINDOW_LOG: Final = 27
MAX_REPACKED: Final = 64 * 1024**3


class _Compressor(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...
    def flush(self) -> bytes: ...


class _Raw:
    def compress(self, data: bytes, /) -> bytes:
        return data

    def flush(self) -> bytes:
        return b""


def _zstd() -> _Compressor:
    parameters = zstandard.ZstdCompressionParameters.from_level(
        ZSTD_LEVEL,
        window_log=ZSTD_WINDOW_LOG,
        enable_ldm=True,
        write_checksum=True,
        threads=-1,
    )
    compressor = zstandard.ZstdCompressor(compression_params=parameters)
    return compressor.compressobj()


_COMPRESSORS: dict[str, Callable[[], _Compressor]] = {
    "raw": _Raw,
    "gzip": lambda: zlib.compressobj(wbits=31),
    "bzip2": bz2.BZ2Compressor,
    "xz": lambda: lzma.LZMACompressor(preset=9),
    "zstd": _zstd,
}
COMPRESSIONS = tuple(_COMPRESSORS)
"""What write() can make. lzop is read only: zstd is smaller and as fast."""


def write(
    file: BinaryIO, area: Area, stream: Iterable[bytes], compression: str
) -> None:
    """Write an image of a machine that was running. `compression` is of COMPRESSIONS.

    Raises BadPackage for an area that is too large, and what `file` and `stream` raise.
    """
    compressor = _COMPRESSORS[compression]()
    file.write(_head(SaveHeader(0, was_running=True, compression=compression), area))
    for piece in stream:
        file.write(compressor.compress(piece))
    file.write(compressor.flush())


def rewrite(
    file: BinaryIO, body: Body, found: SaveHeader, area: Area, compression: str
) -> None:
    """Write the image that `found` and `body` are of, with another area. Its stream is
    copied as it is where it is compressed like that already. Raises as write() does."""
    header = SaveHeader(found.area_length, found.was_running, compression)
    file.write(_head(header, area))
    if compression == found.compression:
        shutil.copyfileobj(body, file, PIECE)
        return
    compressor = _COMPRESSORS[compression]()
    for piece in unpacked(body, found.compression, limit=MAX_REPACKED):
        file.write(compressor.compress(piece))
    file.write(compressor.flush())


def _head(header: SaveHeader, area: Area) -> bytes:
    roomy = memory.roomy(header, area)
    if roomy.area_length > memory.MAX_AREA:
        raise BadPackage(
            f"Memory image has {roomy.area_length} bytes of XML; "
            f"it must be at most {memory.MAX_AREA}"
        )
    return memory.render(roomy, area)
