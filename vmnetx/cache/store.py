"""The folder of all kept packages: how large it is, and which of them go.

    lock              held by who opens, removes or counts
    packages/<key>/   one package: see chunks, and `about`, for people
    traces/<key>      what a boot read: see traces

A package is in use while any process holds a lock on its bytes; then it stays. Of the
others those go first that were opened longest ago. Packages in use count in full, since
they are still growing.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from vmnetx.cache import chunks
from vmnetx.cache.chunks import DiskChunks
from vmnetx.cache.naming import Name

LOCK, PACKAGES, TRACES, ABOUT = "lock", "packages", "traces", "about"
FREE_SHARE = 0.9
"""Of the disk's free space: the rest is for everybody else."""


def cache_root() -> Path:
    """A person's own (spec 5.5)."""
    root = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(root).expanduser() / "vmnetx"


class NoRoom(Exception):
    """The package is larger than what may be kept. Whoever opens it does without."""


@dataclass(frozen=True)
class Kept:
    """A package in the folder, as `python -m vmnetx cache` shows it."""

    key: str
    label: str
    size: int
    allocated: int
    """Bytes on the disk."""
    opened_at: float
    """Seconds since 1970."""
    is_whole: bool
    is_in_use: bool


class Store:
    """Every process on the host may have its own. Raises OSError where the folder
    cannot be used."""

    def __init__(self, root: Path, limit: int) -> None:
        self.root = root
        self.limit = limit
        self._packages = root / PACKAGES

    def open(self, name: Name) -> DiskChunks:
        """The package's chunks, in a folder that stays while they are open.

        Others are removed until it fits. Raises NoRoom and OSError.
        """
        folder = self._packages / name.key
        with self._locked():
            self._make_room(name)
            folder.mkdir(mode=0o700, exist_ok=True)
            opened = DiskChunks(folder, name.size)
            self._describe(folder, name)
        return opened

    def discard(self, opened: DiskChunks) -> None:
        """Remove a package whose bytes are wrong, whoever has it open."""
        with self._locked():
            if opened.is_the_folders():
                shutil.rmtree(opened.folder, ignore_errors=True)

    def kept(self) -> list[Kept]:
        """All packages, the one that was opened last first."""
        with self._locked():
            found = [self._look(folder) for folder in self._packages.iterdir()]
        return sorted(found, key=lambda kept: kept.opened_at, reverse=True)

    def clear(self) -> int:
        """Remove what is not in use, and the traces. Returns the bytes set free."""
        with self._locked():
            shutil.rmtree(self.root / TRACES, ignore_errors=True)
            return sum(
                self._remove(kept)
                for kept in map(self._look, list(self._packages.iterdir()))
                if not kept.is_in_use
            )

    @contextmanager
    def _locked(self) -> Iterator[None]:
        for folder in (self.root, self._packages):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
        descriptor = os.open(self.root / LOCK, flags, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _make_room(self, name: Name) -> None:
        all_kept = [self._look(folder) for folder in self._packages.iterdir()]
        others = [kept for kept in all_kept if kept.key != name.key]
        taken = sum(_charge(kept) for kept in others)
        free = int(shutil.disk_usage(self.root).free * FREE_SHARE)
        allocated = sum(kept.allocated for kept in all_kept)
        limit = min(self.limit, allocated + free)
        idle = [kept for kept in others if not kept.is_in_use]
        if taken - sum(map(_charge, idle)) + name.size > limit:
            raise NoRoom
        for kept in sorted(idle, key=lambda kept: kept.opened_at):
            if taken + name.size <= limit:
                return
            taken -= self._remove(kept)

    def _remove(self, kept: Kept) -> int:
        shutil.rmtree(self._packages / kept.key, ignore_errors=True)
        return kept.allocated

    def _describe(self, folder: Path, name: Name) -> None:
        about = {"package": name.label, "size": name.size, "sha256": name.sha256}
        descriptor = os.open(folder / ABOUT, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(about, file)
            file.truncate()
        os.utime(folder / ABOUT)

    def _look(self, folder: Path) -> Kept:
        """Sound or not: a folder that a kill left half made is looked at, too."""
        label = "?"
        size = allocated = 0
        opened_at = 0.0
        with suppress(OSError, ValueError, TypeError, LookupError, RecursionError):
            opened_at = (folder / ABOUT).stat().st_mtime
            label = str(json.loads((folder / ABOUT).read_bytes())["package"])
        with suppress(OSError):
            status = (folder / chunks.BYTES).stat()
            size, allocated = status.st_size, status.st_blocks * 512
        return Kept(
            folder.name,
            label,
            size,
            allocated,
            opened_at,
            (folder / chunks.WHOLE).exists(),
            _is_in_use(folder / chunks.BYTES),
        )


def _charge(kept: Kept) -> int:
    return max(kept.size, kept.allocated) if kept.is_in_use else kept.allocated


def _is_in_use(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
