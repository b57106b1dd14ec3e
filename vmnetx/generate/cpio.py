"""cpio archives of the kind "newc", which the Linux kernel unpacks at its start."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from dataclasses import dataclass

_TRAILER = "TRAILER!!!"


@dataclass(frozen=True)
class Entry:
    """`data` is a file's content or a link's target. A directory has none."""

    path: str
    mode: int
    data: bytes = b""


def directory(path: str) -> Entry:
    return Entry(path, stat.S_IFDIR | 0o755)


def file(path: str, data: bytes, *, permissions: int = 0o644) -> Entry:
    return Entry(path, stat.S_IFREG | permissions, data)


def link(path: str, target: str) -> Entry:
    return Entry(path, stat.S_IFLNK | 0o777, target.encode())


def pack(entries: Iterable[Entry]) -> bytes:
    """All owned by root and dated 1970, in order of path: the same entries always make
    the same bytes. Folders on the way to an entry are made by themselves."""
    by_path = {entry.path: entry for entry in entries}
    for path in list(by_path):
        for parent in _parents(path):
            by_path.setdefault(parent, directory(parent))
    numbered = enumerate((by_path[path] for path in sorted(by_path)), start=1)
    body = b"".join(_record(entry, number) for number, entry in numbered)
    return _padded(body + _record(Entry(_TRAILER, 0), 0), 512)


def _parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]


def _record(entry: Entry, number: int) -> bytes:
    name = entry.path.encode() + b"\0"
    links = 2 if stat.S_ISDIR(entry.mode) else 1
    # ino mode uid gid nlink mtime filesize, devmajor devminor rdevmajor rdevminor,
    # namesize check
    identity = (number, entry.mode, 0, 0, links, 0, len(entry.data))
    fields = (*identity, 0, 0, 0, 0, len(name), 0)
    header = b"070701" + b"".join(b"%08X" % value for value in fields)
    return _padded(header + name, 4) + _padded(entry.data, 4)


def _padded(data: bytes, unit: int) -> bytes:
    return data + b"\0" * (-len(data) % unit)
