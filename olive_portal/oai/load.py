"""A bound on harvesters in one web process, so that visitors find it free."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

RETRY_AFTER_SECONDS = 15
_lock = threading.Lock()
_busy = 0


@contextmanager
def place() -> Iterator[bool]:
    """Whether there is a place; it is held until the end of the block."""
    global _busy
    with _lock:
        is_free = _busy < settings.OLIVE_OAI_MAX_REQUESTS
        _busy += is_free
    try:
        yield is_free
    finally:
        with _lock:
            _busy -= is_free
