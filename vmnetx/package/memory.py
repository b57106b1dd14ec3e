"""Memory images: the header that libvirt puts before QEMU's migration stream.

    92 bytes of header | area: domain XML, NULs, perhaps a cookie, NULs | the stream

All numbers are little-endian. Nothing is decompressed here.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from vmnetx.errors import BadPackage

MAX_AREA = 1024 * 1024
# Room for the longer XML of a running machine, which is put into the same area.
SPARE = 8192
PAGE = 4096
COMPRESSIONS = ("raw", "gzip", "bzip2", "xz", "lzop", "zstd")

_MAGIC = b"LibvirtQemudSave"
_VERSION = 2
# Magic, version, area's length, was running, compression, cookie's offset, unused.
_HEADER = struct.Struct("<16s5I56s")
HEADER_SIZE = _HEADER.size
_UNUSED = bytes(56)


@dataclass(frozen=True)
class SaveHeader:
    """The first 92 bytes of a memory image."""

    area_length: int
    """Bytes between this header and the stream."""
    was_running: bool
    compression: str
    """One of COMPRESSIONS."""
    cookie_offset: int = 0
    """Where in the area newer libvirts keep a cookie; 0 where there is none."""

    @property
    def body_offset(self) -> int:
        """Where the stream starts."""
        return HEADER_SIZE + self.area_length


@dataclass(frozen=True)
class Area:
    """What lies between the header and the stream."""

    xml: bytes
    cookie: bytes = b""


def parse_header(data: bytes) -> SaveHeader:
    """Reads the first HEADER_SIZE bytes of `data`. Raises BadPackage."""
    if len(data) < HEADER_SIZE:
        raise BadPackage("Memory image is too short")
    fields = _HEADER.unpack_from(data)
    magic, version, area_length, was_running, compression, cookie_at, unused = fields
    if magic != _MAGIC:
        raise BadPackage("Invalid memory image magic")
    if version != _VERSION:
        raise BadPackage(f"Unknown memory image version {version}")
    if unused != _UNUSED:
        raise BadPackage("Unused header values not 0")
    if was_running > 1:
        raise BadPackage(f"Memory image has the running state {was_running}")
    if compression >= len(COMPRESSIONS):
        raise BadPackage(f"Unknown memory image compression {compression}")
    _check_area(area_length, cookie_at)
    return SaveHeader(
        area_length, bool(was_running), COMPRESSIONS[compression], cookie_at
    )


def _check_area(length: int, cookie_at: int) -> None:
    if not 2 <= length <= MAX_AREA:
        raise BadPackage(
            f"Memory image has {length} bytes of XML; it must be 2 to {MAX_AREA}"
        )
    if cookie_at >= length:
        raise BadPackage("Memory image has a cookie outside of its XML")


def parse_area(header: SaveHeader, area: bytes) -> Area:
    """`area` is the `header.area_length` bytes after the header. Raises BadPackage."""
    if len(area) != header.area_length or not area.endswith(b"\0"):
        raise BadPackage("Missing NUL byte after XML")
    if not header.cookie_offset:
        return Area(area.partition(b"\0")[0])
    xml, end, _ = area[: header.cookie_offset].partition(b"\0")
    if not end:
        raise BadPackage("Missing NUL byte after XML")
    return Area(xml, area[header.cookie_offset :].partition(b"\0")[0])


def render(header: SaveHeader, area: Area) -> bytes:
    """A header and its area, of exactly `header.area_length` bytes: the stream after it
    stays where it is. `header.cookie_offset` is worked out anew. Raises BadPackage when
    the area does not fit."""
    cookie_at = len(area.xml) + 1 if area.cookie else 0
    text = _text(area)
    if len(text) > header.area_length:
        raise BadPackage(
            f"self.xml is too large: {len(text)} bytes for {header.area_length}"
        )
    fields = (
        _MAGIC,
        _VERSION,
        header.area_length,
        header.was_running,
        COMPRESSIONS.index(header.compression),
        cookie_at,
        _UNUSED,
    )
    return _HEADER.pack(*fields) + text.ljust(header.area_length, b"\0")


def roomy(header: SaveHeader, area: Area) -> SaveHeader:
    """`header`, with space for this area and SPARE bytes more.

    A new length lets the stream start at a whole page.
    """
    needed = len(_text(area)) + SPARE
    if header.area_length >= needed:
        return header
    body_offset = -(-(HEADER_SIZE + needed) // PAGE) * PAGE
    return SaveHeader(body_offset - HEADER_SIZE, header.was_running, header.compression)


def _text(area: Area) -> bytes:
    return area.xml + b"\0" + (area.cookie + b"\0" if area.cookie else b"")
