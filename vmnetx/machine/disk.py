"""Where a package's disk lies, and the block devices that make QEMU read it there.

    "disk"      the throw-away overlay: all that the guest writes
    "package"   the image in its format, read-only
    "window"    the part of the file that is the image
    "bytes"     the file, or the URL

The nodes are added through QMP, so an URL and its token are on no command line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from vmnetx.errors import Refused

HTTP_TIMEOUT_SECONDS = 20
HTTP_READAHEAD_BYTES = 256 * 1024

Node = dict[str, object]


@dataclass(frozen=True)
class DiskSource:
    """An image inside of a file: `size` bytes from `offset` on.

    `location` is an absolute path or an http or https URL. The URL may hold a token:
    the value's text leaves it out.
    """

    location: str
    offset: int
    size: int
    format: Literal["raw", "qcow2"]

    def __post_init__(self) -> None:
        if not self.is_remote and not self.location.startswith("/"):
            raise Refused("A disk is at an absolute path or an http or https URL")

    def __repr__(self) -> str:
        place = "an URL" if self.is_remote else self.location
        return f"<{self.format} disk, {self.size} bytes at {self.offset} of {place}>"

    @property
    def is_remote(self) -> bool:
        return urlsplit(self.location).scheme in {"http", "https"}


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
    if source.is_remote:
        return node | {
            "driver": urlsplit(source.location).scheme,
            "url": source.location,
            "timeout": HTTP_TIMEOUT_SECONDS,
            "readahead": HTTP_READAHEAD_BYTES,
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
