"""The empty overlay that a machine starts with: a qcow2 file without data.

It is made here, since a QEMU that waits for a memory image writes to no disk yet.
Format: docs/interop/qcow2.txt of QEMU.
"""

from __future__ import annotations

import os
import stat
import struct
from pathlib import Path
from typing import BinaryIO, Final

from vmnetx.errors import MachineFailed

CLUSTER_BITS: Final = 16
CLUSTER: Final = 1 << CLUSTER_BITS
# What one entry of the first table leads to: a cluster of pointers to clusters.
SPAN: Final = CLUSTER // 8 * CLUSTER
MAX_TABLE: Final = 32 * 1024**2
"""QEMU's own limit of the first table: a disk of 2 PiB."""

_HEADER = struct.Struct(">4sIQIIQIIQQIIQQQQII")
_VERSION = 3
_REFCOUNT_ORDER = 4  # 16 bits each
# The header, where the reference counts are, the counts, the first table.
_COUNTS_CLUSTER, _COUNT_BLOCK, _TABLE_CLUSTER = 1, 2, 3


def create(path: Path, virtual_size: int) -> None:
    """Fill the empty file at `path`. The header names no backing file: the node does.

    Raises MachineFailed: the file is none that we made.
    """
    entries = max(1, -(-virtual_size // SPAN))
    if entries * 8 > MAX_TABLE:
        raise MachineFailed(f"A disk of {virtual_size} bytes is too large")
    clusters = _TABLE_CLUSTER - (-entries * 8 // CLUSTER)
    with _opened(path) as file:
        file.truncate(clusters * CLUSTER)
        file.write(_header(virtual_size, entries))
        file.seek(_COUNTS_CLUSTER * CLUSTER)
        file.write(struct.pack(">Q", _COUNT_BLOCK * CLUSTER))
        file.seek(_COUNT_BLOCK * CLUSTER)
        file.write(struct.pack(">H", 1) * clusters)


def _opened(path: Path) -> BinaryIO:
    """The folder is QEMU's user's: who broke out of one may have put a link there."""
    try:
        file = os.fdopen(os.open(path, os.O_WRONLY | os.O_NOFOLLOW), "wb")
    except OSError as error:
        raise MachineFailed(f"The overlay: {error}") from error
    found = os.fstat(file.fileno())
    if not stat.S_ISREG(found.st_mode) or found.st_size or found.st_nlink != 1:
        file.close()
        raise MachineFailed("The overlay is no empty file")
    return file


def _header(virtual_size: int, entries: int) -> bytes:
    return _HEADER.pack(
        b"QFI\xfb",
        _VERSION,
        *(0, 0),  # no backing file
        CLUSTER_BITS,
        virtual_size,
        0,  # no encryption
        entries,
        _TABLE_CLUSTER * CLUSTER,
        _COUNTS_CLUSTER * CLUSTER,
        1,
        *(0, 0),  # no snapshots
        *(0, 0, 0),  # no features
        _REFCOUNT_ORDER,
        _HEADER.size,
    )
