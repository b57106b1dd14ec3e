"""Locks between processes of one host, by flock(): a killed holder lets go."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from olive_portal.preservation.errors import Busy


@contextmanager
def waiting(name: str) -> Iterator[None]:
    """Hold the lock `name`, after whoever holds it now."""
    with _file(name) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


@contextmanager
def at_once(name: str) -> Iterator[None]:
    """Hold the lock `name`. Raises Busy when another holds it."""
    with _file(name) as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(f"another process holds the lock {name!r}") from None
        yield


@contextmanager
def _file(name: str) -> Iterator[int]:
    folder = settings.PACKAGES_ROOT / ".locks"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Never removed: two processes would lock two files of one name.
    with (folder / name).open("ab") as file:
        yield file.fileno()
