"""What a package's boot reads, in order: kept when the bytes themselves are gone.

The next boot reads much the same. So the numbers of its chunks lie in a small file for
each package, and are fetched ahead of the guest when it starts again.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from vmnetx.cache.supply import spans

FOLDER = "traces"
BOOT_SECONDS = 30.0
"""From the guest's first read on."""
MOST_CHUNKS = 16384
MOST_FILES = 1000
_MAX_BYTES = 256 * 1024


class Trace:
    """Notes what one source reads, until its boot is over. Threads may share it."""

    def __init__(self, *, is_from_the_start: bool = True) -> None:
        self._is_from_the_start = is_from_the_start
        self._seen: dict[int, None] = {}
        self._ends = float("inf")
        self.is_of_a_boot = False
        """A guest has read; before that, only the package was looked at."""

    def note(self, offset: int, length: int) -> None:
        if time.monotonic() < self._ends and len(self._seen) < MOST_CHUNKS:
            for number, _, _ in spans(offset, offset + length):
                self._seen.setdefault(number)

    def note_for_guest(self, offset: int, length: int) -> None:
        if self._ends == float("inf"):
            self.is_of_a_boot = self._is_from_the_start
            self._ends = time.monotonic() + BOOT_SECONDS
        self.note(offset, length)

    def numbers(self) -> list[int]:
        """The chunks, in the order in which each was first read."""
        return list(self._seen)


def read(root: Path, key: str, chunks: int) -> list[int]:
    """The last boot's chunks; none where nothing is known, or what is there is odd."""
    try:
        with (root / FOLDER / key).open("rb") as file:
            numbers = json.loads(file.read(_MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return []
    if not isinstance(numbers, list):
        return []
    return [n for n in numbers if isinstance(n, int) and 0 <= n < chunks]


def write(root: Path, key: str, numbers: Iterable[int]) -> None:
    """Either the old or the new one is there, whatever is killed. Raises OSError."""
    folder = root / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    _prune(folder)
    draft = folder / f".{key}.{secrets.token_hex(4)}"
    try:
        with open(draft, "x", opener=_private) as file:
            json.dump(list(numbers), file)
        draft.replace(folder / key)
    finally:
        draft.unlink(missing_ok=True)


def _prune(folder: Path) -> None:
    """Also what a killed process left half written: it is among the oldest, in time."""
    entries = list(folder.iterdir())
    if len(entries) < MOST_FILES:
        return
    with suppress(OSError):  # another process does the same
        entries.sort(key=lambda path: path.stat().st_mtime)
        for path in entries[: len(entries) - MOST_FILES + 1]:
            path.unlink()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
