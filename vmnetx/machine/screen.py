"""A screen's pixels, as QEMU dumps them: a PPM file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Self

from vmnetx.errors import MachineFailed

_HEADER = re.compile(rb"P6\s+(\d{1,5})\s+(\d{1,5})\s+255\s")


@dataclass(frozen=True)
class Pixels:
    width: int
    height: int
    data: bytes = field(repr=False)
    """Red, green and blue, line after line."""

    @classmethod
    def parse(cls, ppm: bytes) -> Self:
        """Raises MachineFailed."""
        found = _HEADER.match(ppm)
        if found is None:
            raise MachineFailed("QEMU's picture of the screen is no PPM")
        return cls(int(found[1]), int(found[2]), ppm[found.end() :])

    @property
    def are_black(self) -> bool:
        return not self.data.strip(b"\0")

    def at(self, x: int, y: int) -> bytes | None:
        """The colour there; None beyond the edge."""
        if x >= self.width or y >= self.height:
            return None
        place = 3 * (y * self.width + x)
        return self.data[place : place + 3]
