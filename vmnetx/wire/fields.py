"""Kinds of field: how each is read leniently and written exactly (spec 1.3)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final

# int32, uint32 and 64-bit decode to Java classes that the Android client refuses.
MAX_COUNT: Final = 65535
STATES: Final = frozenset({"stopped", "starting", "running", "stopping", "unknown"})


@dataclass(frozen=True, slots=True)
class FieldKind:
    """How a field's value is read from, and written to, msgpack's values.

    Both raise ValueError for a value that is not of the kind.
    """

    read: Callable[[object], object]
    write: Callable[[object], object]


def _read_text(value: object) -> str:
    if not isinstance(value, bytes):
        raise ValueError(f"{type(value).__name__} is not text")
    # Peers of 2015 send whatever bytes they had.
    return value.decode("utf-8", "replace")


def _write_text(value: object) -> bytes:
    if not isinstance(value, str):
        raise ValueError(f"{type(value).__name__} is not text")
    return value.encode("utf-8", "replace")


def _write_state(value: object) -> bytes:
    if value not in STATES:
        raise ValueError(f"{value!r} is no state")
    return _write_text(value)


def _read_count(value: object) -> int | None:
    if value is None:
        return None
    if type(value) is not int or value < 0:
        raise ValueError(f"{value!r} is not a count")
    return value


def _write_count(value: object) -> int | None:
    count = _read_count(value)
    if count is not None and count > MAX_COUNT:
        raise ValueError(f"{count}; the largest count is {MAX_COUNT}")
    return count


def _fraction(value: object) -> float:
    if type(value) not in {int, float}:
        raise ValueError(f"{value!r} is not a fraction")
    number = float(value)  # type: ignore[arg-type]
    if not (math.isfinite(number) and 0.0 <= number <= 1.0):
        raise ValueError(f"{value!r} is not from 0 to 1")
    return number


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is not a boolean")
    return value


Text = Annotated[str, FieldKind(_read_text, _write_text)]
State = Annotated[str, FieldKind(_read_text, _write_state)]
Count = Annotated[int | None, FieldKind(_read_count, _write_count)]
Fraction = Annotated[float, FieldKind(_fraction, _fraction)]
Flag = Annotated[bool, FieldKind(_flag, _flag)]
