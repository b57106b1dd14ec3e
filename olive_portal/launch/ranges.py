"""The Range header of RFC 9110, section 14, for one representation of a known size."""

from __future__ import annotations

import re
from dataclasses import dataclass

# 19 digits hold every file there is; more are not a number that we answer.
SPEC = re.compile(r"\s*bytes\s*=\s*([0-9]{0,19})-([0-9]{0,19})\s*", re.IGNORECASE)


class Unsatisfiable(Exception):
    """No byte of the range exists. The view answers 416 and the size."""


@dataclass(frozen=True)
class Span:
    """`length` bytes from `first` on, all of them inside the file."""

    first: int
    length: int

    def content_range(self, size: int) -> str:
        return f"bytes {self.first}-{self.first + self.length - 1}/{size}"


def parse(header: str, size: int) -> Span | None:
    """The bytes that `header` asks for; None where the whole file is the answer.

    That is so for other units, malformed ranges (both as the RFC wants) and for several
    ranges at once: no client of ours asks for them, and they make a server work hard
    for little. An end beyond the file is cut. Raises Unsatisfiable.
    """
    match = SPEC.fullmatch(header)
    if match is None:
        return None
    first, last = match.groups()
    if first:
        return _from(int(first), int(last) if last else size - 1, size)
    return _suffix(int(last), size) if last else None


def _from(first: int, last: int, size: int) -> Span | None:
    if first >= size:
        raise Unsatisfiable
    if last < first:
        return None
    return Span(first, min(last, size - 1) - first + 1)


def _suffix(length: int, size: int) -> Span:
    if not length or not size:
        raise Unsatisfiable
    length = min(length, size)
    return Span(size - length, length)
