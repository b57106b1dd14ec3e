"""Frames: how message bodies are cut out of a byte stream (spec 1.2).

A frame is a 4-byte big-endian length and then that many bytes. No I/O happens here.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

LENGTH: Final = struct.Struct("!I")
MAX_BODY: Final = 1024 * 1024
"""Bytes in the largest body that is read; one of exactly this size still is."""


@dataclass(frozen=True, slots=True)
class Oversized:
    """A frame that announced more than MAX_BODY bytes. Its body is never held."""

    length: int


def encode(body: bytes) -> bytes:
    """Return `body` as a frame. ValueError if a peer would not read it."""
    if not 0 < len(body) <= MAX_BODY:
        raise ValueError(f"body of {len(body)} bytes; a frame holds 1 to {MAX_BODY}")
    return LENGTH.pack(len(body)) + body


class FrameDecoder:
    """Collects bytes as they arrive and hands back the bodies they complete.

    Take every frame before feeding more, and no more than MAX_BODY bytes, one length
    and the last piece fed are ever held.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._skip = 0

    def feed(self, data: bytes) -> None:
        """Take bytes as they came from the peer, in pieces of any size."""
        skipped = min(self._skip, len(data))
        self._skip -= skipped
        self._buffer += data[skipped:]

    def next_frame(self) -> bytes | Oversized | None:
        """Return the next body (it may be empty), or what was too large, or None yet.

        An Oversized frame is reported when its length is known; the bytes that follow
        are dropped as they come, and framing goes on behind them.
        """
        if len(self._buffer) < LENGTH.size:
            return None
        (length,) = LENGTH.unpack_from(self._buffer)
        end = LENGTH.size + length
        if length > MAX_BODY:
            self._skip = max(0, end - len(self._buffer))
            del self._buffer[:end]
            return Oversized(length)
        if len(self._buffer) < end:
            return None
        body = bytes(memoryview(self._buffer)[LENGTH.size : end])
        del self._buffer[:end]
        return body

    def take_rest(self) -> bytes:
        """Empty the decoder of what follows the last frame: a viewer's raw bytes."""
        rest = bytes(self._buffer)
        self._buffer.clear()
        return rest
