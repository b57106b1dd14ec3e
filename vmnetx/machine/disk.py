"""Where a package's disk lies, and the block devices that make QEMU read it there.

    "disk"      the throw-away overlay: all that the guest writes
    "package"   the image in its format, read-only
    "window"    the part of the file that is the image
    "bytes"     the package: a file, or what is served to QEMU on a socket

QEMU itself opens no web address: it would follow wherever a server sends it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vmnetx.cache import nbd
from vmnetx.errors import Refused

SERVED = "served"
"""A place: on the socket folder.DISK, by NBD."""
SOCKET = "disk.sock"
RECONNECT_SECONDS = 60
"""Reads wait so long for a server that was killed and comes back; then they fail."""

Node = dict[str, object]


@dataclass(frozen=True)
class DiskSource:
    """An image inside of a package: `size` bytes from `offset` on.

    `location` is an absolute path, or SERVED. `held` is a descriptor that QEMU keeps
    until its end, for the lock that is on it.
    """

    location: str
    offset: int
    size: int
    format: Literal["raw", "qcow2"]
    held: int | None = None

    def __post_init__(self) -> None:
        if not self.is_served and not self.location.startswith("/"):
            raise Refused("A disk is at an absolute path, or served")

    @property
    def is_served(self) -> bool:
        return self.location == SERVED


def package_nodes(source: DiskSource, filename: str) -> list[Node]:
    """The read-only nodes, the innermost first; the last one is called "package".

    `filename` is what QEMU opens for a local file: a descriptor given to it.
    """
    window: Node = {
        "driver": "raw",
        "node-name": "window",
        "read-only": True,
        "offset": source.offset,
        "size": source.size,
        "file": "bytes",
    }
    if source.format == "raw":
        return [_bytes(source, filename), window | {"node-name": "package"}]
    image: Node = {
        "driver": "qcow2",
        "node-name": "package",
        "read-only": True,
        "file": "window",
        # Whatever its header says: a stranger's image names no file of this host.
        "backing": None,
    }
    return [_bytes(source, filename), window, image]


def _bytes(source: DiskSource, filename: str) -> Node:
    node: Node = {"node-name": "bytes", "read-only": True}
    if source.is_served:
        return node | {
            "driver": "nbd",
            "server": {"type": "unix", "path": SOCKET},
            "export": nbd.EXPORT,
            "reconnect-delay": RECONNECT_SECONDS,
        }
    # Packages never change, and a lock would let any other opener stop a launch.
    return node | {"driver": "file", "filename": filename, "locking": "off"}


def overlay_file(filename: str) -> Node:
    return {"driver": "file", "node-name": "overlay", "filename": filename}


def overlay_node() -> Node:
    return {
        "driver": "qcow2",
        "node-name": "disk",
        "file": "overlay",
        "backing": "package",
        "discard": "unmap",
    }
