"""When a machine's memory is saved, and how that moment is seen to have come."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from typing import Final

from vmnetx.errors import MachineFailed
from vmnetx.machine.machine import Machine

LOOK_SECONDS: Final = 0.25
MAX_SECONDS: Final = 3600
MAX_SIDE: Final = 16384
_COLOUR = re.compile("#([0-9a-fA-F]{6})")


@dataclass(frozen=True)
class Pixel:
    x: int
    y: int
    colour: bytes
    """Red, green and blue."""


@dataclass(frozen=True)
class Moment:
    """The screen shows the text and the pixels; then `seconds` pass."""

    text: str = ""
    """In the text memory of the VGA card."""
    pixels: tuple[Pixel, ...] = ()
    seconds: float = 1.0
    most_seconds: float = 300.0
    """How long the text and the pixels are waited for."""

    @property
    def words(self) -> str:
        """What is waited for, for people."""
        wanted = [f"{self.text!r}"] * bool(self.text)
        wanted += [f"{len(self.pixels)} pixels"] * bool(self.pixels)
        then = f"{self.seconds:g} s"
        return f"{' and '.join(wanted)} on its screen" if wanted else then


def pixel(x: object, y: object, colour: object) -> Pixel:
    """Raises ValueError."""
    found = _COLOUR.fullmatch(colour) if isinstance(colour, str) else None
    if type(x) is not int or type(y) is not int or found is None:
        raise ValueError('a pixel is X, Y and "#rrggbb"')
    if not (0 <= x < MAX_SIDE and 0 <= y < MAX_SIDE):
        raise ValueError(f"a pixel's place is between 0 and {MAX_SIDE - 1}")
    return Pixel(x, y, bytes.fromhex(found[1]))


async def wait_for(machine: Machine, moment: Moment) -> float:
    """Return how many seconds it took. Raises MachineFailed: it did not come in time,
    or the machine has ended."""
    started = time.monotonic()
    ended = asyncio.create_task(machine.wait_ended())
    try:
        while not await _has_come(machine, moment):
            if time.monotonic() - started > moment.most_seconds:
                raise MachineFailed(
                    f"{moment.words}: not seen within {moment.most_seconds:g} s"
                )
            await asyncio.wait([ended], timeout=LOOK_SECONDS)
        await asyncio.wait([ended], timeout=moment.seconds)
        if ended.done():
            raise MachineFailed(f"The machine has ended: {ended.result()}")
    finally:
        ended.cancel()
        await asyncio.gather(ended, return_exceptions=True)
    return time.monotonic() - started


async def _has_come(machine: Machine, moment: Moment) -> bool:
    if moment.text and moment.text not in await machine.text():
        return False
    if not moment.pixels:
        return True
    screen = await machine.pixels()
    return all(screen.at(each.x, each.y) == each.colour for each in moment.pixels)
