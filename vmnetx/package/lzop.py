"""The file format of `lzop`, read block by block. Its numbers are big-endian."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from typing import Final

from lzallright import LZOCompressor, LZOError

from vmnetx.errors import BadPackage

MAGIC: Final = b"\x89LZO\0\r\n\x1a\n"
# What lzop itself makes; a block of so many bytes unpacks to 255 times as many at most.
MAX_BLOCK: Final = 256 * 1024
MAX_EXTRA: Final = 64 * 1024

_LONG_HEADER_SINCE = 0x0940
_ADLER32_OF_DATA, _ADLER32_OF_PACKED = 0x1, 0x2
_CRC32_OF_DATA, _CRC32_OF_PACKED = 0x100, 0x200
_EXTRA_FIELD, _FILTER = 0x40, 0x800

Read = Callable[[int], bytes]
Checksum = Callable[[bytes], int]


class LzopReader:
    """Unpacks what `read` gives: read(n) gives n bytes, and fewer at the end only.

    Raises BadPackage for what is no lzop file, is damaged, or ends too early.
    """

    def __init__(self, read: Read) -> None:
        self._source = read
        self._lzo = LZOCompressor()
        flags = self._header()
        self._of_data = _checksums(flags, _ADLER32_OF_DATA, _CRC32_OF_DATA)
        self._of_packed = _checksums(flags, _ADLER32_OF_PACKED, _CRC32_OF_PACKED)
        self._block = b""

    def read(self, size: int) -> bytes:
        """At most `size` bytes; b"" at the end."""
        if not self._block:
            self._block = self._next_block()
        piece, self._block = self._block[:size], self._block[size:]
        return piece

    def _header(self) -> int:
        """Only the flags are of use."""
        if self._exactly(len(MAGIC)) != MAGIC:
            raise BadPackage("Memory image is not in lzop's format")
        (version,) = struct.unpack(">H", self._exactly(2))
        is_long = version >= _LONG_HEADER_SINCE
        # Versions of the library and needed, method, level; before 0x0940 not all.
        self._exactly(6 if is_long else 3)
        flags = self._number()
        if flags & _FILTER:
            raise BadPackage("Memory image is packed with a filter of lzop")
        self._exactly(12 if is_long else 8)  # mode, times
        (name_length,) = self._exactly(1)
        self._exactly(name_length + 4)  # name, checksum
        if flags & _EXTRA_FIELD:
            length = self._number()
            if length > MAX_EXTRA:
                raise BadPackage("Memory image has too long a header of lzop")
            self._exactly(length + 4)
        return flags

    def _next_block(self) -> bytes:
        size = self._number()
        if size == 0:
            return b""
        packed_size = self._number()
        if not 0 < packed_size <= size <= MAX_BLOCK:
            raise BadPackage(
                f"Memory image has a block of {size} bytes, packed {packed_size}; "
                f"lzop makes none of more than {MAX_BLOCK}"
            )
        of_data = self._stated(self._of_data)
        is_packed = packed_size < size
        of_packed = self._stated(self._of_packed) if is_packed else []
        packed = self._exactly(packed_size)
        _compare(packed, of_packed)
        data = self._unpacked(packed, size) if is_packed else packed
        _compare(data, of_data)
        return data

    def _unpacked(self, packed: bytes, size: int) -> bytes:
        try:
            data = bytes(self._lzo.decompress(packed, size))
        except LZOError as error:
            raise BadPackage("Memory image is damaged: a block of lzop") from error
        if len(data) != size:
            raise BadPackage("Memory image is damaged: a block's size")
        return data

    def _stated(self, kinds: list[Checksum]) -> list[tuple[Checksum, int]]:
        return [(kind, self._number()) for kind in kinds]

    def _number(self) -> int:
        return int.from_bytes(self._exactly(4), "big")

    def _exactly(self, size: int) -> bytes:
        data = self._source(size)
        if len(data) != size:
            raise BadPackage("Memory image ends too early")
        return data


def _checksums(flags: int, adler32: int, crc32: int) -> list[Checksum]:
    kinds: list[tuple[int, Checksum]] = [(adler32, zlib.adler32), (crc32, zlib.crc32)]
    return [kind for bit, kind in kinds if flags & bit]


def _compare(data: bytes, stated: list[tuple[Checksum, int]]) -> None:
    if any(kind(data) != number for kind, number in stated):
        raise BadPackage("Memory image is damaged: a checksum")
