"""Disk images: nothing in one may name another file, and its size is believable.

What is checked here is what keeps a guest away from the host's files; whether the image
is sound all through is QEMU's to find out.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

from vmnetx.errors import BadPackage
from vmnetx.package.hardware import DiskFormat

Read = Callable[[int, int], bytes]

MAX_VIRTUAL_SIZE = 64 * 1024**4
SECTOR = 512

# Magic, version, backing file (offset, length), cluster bits, virtual size, encryption.
_QCOW2 = struct.Struct(">4sIQIIQI")
_VERSION_2_LENGTH = 72
# Incompatible features and header length, at their offsets in a version 3 header.
_FEATURES = struct.Struct(">Q")
_FEATURES_AT = 72
_LENGTH = struct.Struct(">I")
_LENGTH_AT = 100
_EXTENSION = struct.Struct(">II")
_HEADER_BYTES = 64 * 1024

# Dirty (lazy refcounts, harmless for a disk that is only read), compression type and
# extended L2 entries. Not corrupt (bit 1), not external data file (bit 2).
_KNOWN_FEATURES = 0b11001
_FORBIDDEN_EXTENSIONS = {
    0xE2792ACA: "a backing file's format",
    0x44415441: "an external data file",
    0x0537BE77: "encryption",
}


def check_disk(read: Read, size: int, disk_format: DiskFormat) -> int:
    """The size in bytes of the disk that the guest sees.

    `read(offset, length)` gives bytes of the image, which is `size` bytes long. Raises
    BadPackage.
    """
    if disk_format == "raw":
        return _virtual_size(size)
    header = read(0, min(size, _HEADER_BYTES))
    return _check_qcow2(header)


def _check_qcow2(header: bytes) -> int:
    if len(header) < _VERSION_2_LENGTH:
        raise BadPackage("Disk image is too short for qcow2")
    magic, version, backing_at, _, cluster_bits, size, encryption = _QCOW2.unpack_from(
        header
    )
    if magic != b"QFI\xfb" or version not in {2, 3}:
        raise BadPackage("Disk image is not qcow2 of version 2 or 3")
    if backing_at:
        raise BadPackage("Disk image has a backing file")
    if encryption:
        raise BadPackage("Disk image is encrypted")
    if not 9 <= cluster_bits <= 21:
        raise BadPackage(f"Disk image has clusters of 2^{cluster_bits} bytes")
    extensions_at = _VERSION_2_LENGTH if version == 2 else _check_version_3(header)
    for kind in _extensions(header[: 1 << cluster_bits], extensions_at):
        if kind in _FORBIDDEN_EXTENSIONS:
            raise BadPackage(f"Disk image names {_FORBIDDEN_EXTENSIONS[kind]}")
    return _virtual_size(size)


def _check_version_3(header: bytes) -> int:
    """Where the header's extensions start."""
    if len(header) < _LENGTH_AT + _LENGTH.size:
        raise BadPackage("Disk image is too short for qcow2")
    (features,) = _FEATURES.unpack_from(header, _FEATURES_AT)
    if unknown := features & ~_KNOWN_FEATURES:
        raise BadPackage(f"Disk image needs the features {unknown:#x}")
    (length,) = _LENGTH.unpack_from(header, _LENGTH_AT)
    if not _LENGTH_AT + _LENGTH.size <= length <= len(header) or length % 8:
        raise BadPackage(f"Disk image has a header of {length} bytes")
    return int(length)


def _extensions(header: bytes, offset: int) -> Iterator[int]:
    """The types of the header's extensions. Raises BadPackage if they do not end."""
    while True:
        if offset + _EXTENSION.size > len(header):
            raise BadPackage("Disk image has a header without end")
        kind, length = _EXTENSION.unpack_from(header, offset)
        if kind == 0:
            return
        yield kind
        offset += _EXTENSION.size + (length + 7) // 8 * 8


def _virtual_size(size: int) -> int:
    # QEMU serves a part of a file as a disk only in whole sectors.
    if not 0 < size <= MAX_VIRTUAL_SIZE or size % SECTOR:
        raise BadPackage(
            f"Disk of {size} bytes; it must be a multiple of {SECTOR}, more than 0 and "
            f"at most {MAX_VIRTUAL_SIZE}"
        )
    return size
