"""One package's bytes, in chunks: on the disk, or the last few of them in memory.

On the disk a package is a folder:

    bytes     as large as the package, sparse where nothing is yet
    digests   16 bytes for each chunk; zeros where it is missing
    whole     there when all of it is there and was checked

A chunk is believed when its bytes have its digest, whatever a killed process or a power
cut left of either; so nothing waits for the disk. `whole` is written when the bytes
have reached it, and believed while the file has the size and the time that it says.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import secrets
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Protocol

CHUNK = 64 * 1024
BYTES, DIGESTS, WHOLE = "bytes", "digests", "whole"

_DIGEST_BYTES = 16
_MISSING = bytes(_DIGEST_BYTES)
_PIECE = 1024 * 1024


class Chunks(Protocol):
    """Where a package's bytes are kept. Any number of threads may ask at once."""

    size: int

    def read(self, number: int, start: int, end: int) -> bytes | None:
        """[start, end) of a chunk; None: the chunk is not here."""

    def write(self, number: int, data: bytes) -> None:
        """Keep a chunk, if that can be. Nobody waits for the disk."""

    def has(self, number: int) -> bool:
        """Whether the chunk is likely to be here; read() says for sure."""

    def close(self) -> None:
        """Let go. Again is harmless."""


def count(size: int) -> int:
    return -(-size // CHUNK)


class _Files:
    """Descriptors that are closed when nobody is using them any more.

    A thread may still read while another closes: the number of a descriptor could then
    be another file's.
    """

    def __init__(self) -> None:
        self._descriptors: list[int] = []
        self._lock = threading.Lock()
        self._users = 0
        self._is_closed = False

    def open(self, path: Path) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
        descriptor = os.open(path, flags, 0o600)
        self._descriptors.append(descriptor)
        return descriptor

    def __enter__(self) -> None:
        with self._lock:
            if self._is_closed:
                raise OSError(errno.EBADF, os.strerror(errno.EBADF))
            self._users += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._users -= 1
            self._close_unused()

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            self._close_unused()

    def _close_unused(self) -> None:
        while self._is_closed and not self._users and self._descriptors:
            os.close(self._descriptors.pop())


class DiskChunks:
    """The chunks in one folder, shared with every process that has it open.

    Holds a shared lock on `bytes`, so that the folder stays while it is open. Raises
    OSError when the folder cannot be used.
    """

    def __init__(self, folder: Path, size: int) -> None:
        self.folder = folder
        self.file = folder / BYTES
        self.size = size
        self.is_whole = False
        """All of it is here and was checked: no chunk is looked at any more."""
        self.is_marked = False
        """The same, and so for whoever opens it next."""
        self._checked: set[int] = set()
        self._files = _Files()
        try:
            self._bytes = self._files.open(self.file)
            fcntl.flock(self._bytes, fcntl.LOCK_SH)
            self._digests = self._files.open(folder / DIGESTS)
            if os.fstat(self._bytes).st_size != size:
                os.ftruncate(self._bytes, size)
            self.is_whole = self.is_marked = self._believes_whole()
        except OSError:
            self.close()
            raise

    def read(self, number: int, start: int, end: int) -> bytes | None:
        try:
            with self._files:
                return self._read(number, start, end)
        except OSError:
            return None

    def _read(self, number: int, start: int, end: int) -> bytes | None:
        base = number * CHUNK
        if not self.is_whole and number not in self._checked:
            data = os.pread(self._bytes, CHUNK, base)
            if self._digest_of(number) != _digest(number, data):
                return None
            self._checked.add(number)
            return data[start:end]
        data = os.pread(self._bytes, end - start, base + start)
        if len(data) == end - start:
            return data
        # Somebody cut the file: from here on every chunk is looked at again.
        self.is_whole = False
        self._checked.clear()
        return None

    def write(self, number: int, data: bytes) -> None:
        try:
            with self._files:
                _write(self._bytes, data, number * CHUNK)
                digest = _digest(number, data)
                _write(self._digests, digest, number * _DIGEST_BYTES)
        except OSError:
            # A full disk: what was fetched is used, and fetched again next time.
            return
        self._checked.add(number)

    def has(self, number: int) -> bool:
        if self.is_whole or number in self._checked:
            return True
        try:
            with self._files:
                return self._digest_of(number) != _MISSING
        except OSError:
            return False

    def _digest_of(self, number: int) -> bytes:
        found = os.pread(self._digests, _DIGEST_BYTES, number * _DIGEST_BYTES)
        return found.ljust(_DIGEST_BYTES, b"\0")

    def hold(self) -> int:
        """A descriptor that reads the bytes and keeps the folder, for another process.

        The lock is the open file's: it lasts until the last process has closed it.
        Raises OSError.
        """
        descriptor = os.open(self.file, os.O_RDONLY | os.O_NOFOLLOW)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        return descriptor

    def sha256(self) -> str:
        """Of all bytes, as they are on the disk now. Raises OSError."""
        found = hashlib.sha256()
        for start in range(0, self.size, _PIECE):
            with self._files:
                found.update(os.pread(self._bytes, _PIECE, start))
        return found.hexdigest()

    def mark_whole(self) -> None:
        """From now on no chunk is looked at any more. Raises OSError."""
        draft = self.folder / f"{WHOLE}.{secrets.token_hex(4)}"
        try:
            with self._files, open(draft, "x", opener=_private) as file:
                os.fsync(self._bytes)
                json.dump(self._state(), file)
                file.flush()
                os.fsync(file.fileno())
                draft.replace(self.folder / WHOLE)
                self.is_whole = self.is_marked = self._believes_whole()
        finally:
            draft.unlink(missing_ok=True)

    def look_again(self) -> None:
        """Another process may have marked it whole."""
        try:
            with self._files:
                self.is_marked = self._believes_whole()
        except OSError:
            return
        self.is_whole = self.is_whole or self.is_marked

    def _believes_whole(self) -> bool:
        try:
            said = json.loads((self.folder / WHOLE).read_bytes())
            return bool(said == self._state() and said["size"] == self.size)
        except (OSError, ValueError, RecursionError):
            return False

    def _state(self) -> dict[str, int]:
        status = os.fstat(self._bytes)
        return {"size": status.st_size, "mtime_ns": status.st_mtime_ns}

    def is_the_folders(self) -> bool:
        """Whether the folder still has these bytes, or was removed meanwhile."""
        try:
            with self._files:
                mine = os.fstat(self._bytes)
            now = self.file.lstat()
        except OSError:
            return False
        return (now.st_dev, now.st_ino) == (mine.st_dev, mine.st_ino)

    def close(self) -> None:
        self._files.close()


class MemoryChunks:
    """The chunks that were last asked for, for what the disk may or can not hold."""

    MOST = 128

    def __init__(self, size: int) -> None:
        self.size = size
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, bytes] = OrderedDict()

    def read(self, number: int, start: int, end: int) -> bytes | None:
        with self._lock:
            data = self._kept.get(number)
            if data is None:
                return None
            self._kept.move_to_end(number)
        return data[start:end]

    def write(self, number: int, data: bytes) -> None:
        with self._lock:
            self._kept[number] = data
            self._kept.move_to_end(number)
            while len(self._kept) > self.MOST:
                self._kept.popitem(last=False)

    def has(self, number: int) -> bool:
        with self._lock:
            return number in self._kept

    def close(self) -> None:
        with self._lock:
            self._kept.clear()


def _digest(number: int, data: bytes) -> bytes:
    """Of a chunk in its place: elsewhere the same bytes have another one."""
    place = number.to_bytes(16, "little")
    return hashlib.blake2b(data, digest_size=_DIGEST_BYTES, person=place).digest()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _write(descriptor: int, data: bytes, offset: int) -> None:
    """All of it, or OSError."""
    if os.pwrite(descriptor, data, offset) < len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
