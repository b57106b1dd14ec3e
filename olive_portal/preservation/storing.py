"""Bytes are kept under names made from their digest: written once, whole, for good.

A file is written under a passing name, synced, and only then linked to its own, so
neither a crash nor a power cut leaves half a file under a name that counts. Its writer
holds a lock on the passing file; one without a lock was left by somebody who died, and
the next writer removes it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from olive_portal.preservation.errors import DamagedStore

PIECE = 1024 * 1024


@dataclass(frozen=True)
class Incoming:
    """Bytes that are safe on the disk, under a name that will not last."""

    path: Path
    sha256: str
    size: int


@contextmanager
def received(source: BinaryIO, root: Path) -> Iterator[Incoming]:
    """A copy of `source` below `root`, gone at the end unless keep() was called."""
    folder = root / ".incoming"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _sweep(folder)
    path, file = _passing_file(folder)
    try:
        with file:
            sha256, size = _copy(source, file)
            os.fchmod(file.fileno(), 0o444)
            os.fsync(file.fileno())
            yield Incoming(path, sha256, size)
    finally:
        path.unlink(missing_ok=True)


def keep(incoming: Incoming, target: Path) -> bool:
    """Give the bytes their lasting name. False if they had it already.

    Never overwrites: raises DamagedStore where other bytes lie under the name.
    """
    new_folders = [folder for folder in target.parents if not folder.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(incoming.path, target)
    except FileExistsError:
        if digest(target) != incoming.sha256:
            raise DamagedStore(f"{target} is damaged: its digest is another") from None
        return False
    for folder in {target.parent, *(folder.parent for folder in new_folders)}:
        _sync_folder(folder)
    return True


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy(source: BinaryIO, target: BinaryIO) -> tuple[str, int]:
    sha256 = hashlib.sha256()
    size = 0
    while piece := source.read(PIECE):
        sha256.update(piece)
        size += target.write(piece)
    target.flush()
    return sha256.hexdigest(), size


def _passing_file(folder: Path) -> tuple[Path, BinaryIO]:
    while True:
        path = folder / secrets.token_hex(16)
        file = path.open("xb")
        fcntl.flock(file, fcntl.LOCK_EX)
        # A sweeper may have come between the opening and the lock.
        if os.fstat(file.fileno()).st_nlink:
            return path, file
        file.close()


def _sweep(folder: Path) -> None:
    for path in folder.iterdir():
        with suppress(FileNotFoundError, BlockingIOError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
