"""Damage without a guide, for where atheris is not installed, and for the suite."""

from __future__ import annotations

import random
from collections.abc import Iterator

MOST_BYTES = 64 * 1024
EXTREMES = (b"\0", b"\xff", b"\x7f", b"\x80", b"\xff" * 4, b"\0" * 4, b"\x7f" + b"\xff")


def damaged(seeds: tuple[bytes, ...], choice: random.Random) -> Iterator[bytes]:
    """The seeds, and then ever other damage to them, for ever."""
    yield from seeds
    while True:
        data = bytearray(choice.choice(seeds))
        for _ in range(choice.randint(1, 6)):
            _damage(data, seeds, choice)
        yield bytes(data[:MOST_BYTES])


def _damage(data: bytearray, seeds: tuple[bytes, ...], choice: random.Random) -> None:
    place = choice.randint(0, len(data))
    end = min(len(data), place + choice.randint(1, 16))
    kind = choice.randrange(5)
    if kind == 0:
        del data[place:end]
    elif kind == 1:
        data[place:end] = choice.randbytes(end - place)
    elif kind == 2:
        word = choice.choice(EXTREMES)
        data[place : place + len(word)] = word
    elif kind == 3:
        data[place:place] = data[place:end] * choice.randint(1, 40)
    else:
        other = choice.choice(seeds)
        start = choice.randint(0, len(other))
        data[place:place] = other[start : start + choice.randint(1, 200)]
