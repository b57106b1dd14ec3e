"""How far a start is, and how long it will still take, in words (spec 7.1)."""

from __future__ import annotations

import math
from typing import Final

CALCULATING_SECONDS: Final = 5
BAR_WIDTH: Final = 30
_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE


def eta_words(elapsed: float, fraction: float) -> str:
    """Say how long it will still take, when `fraction` took `elapsed` seconds."""
    if elapsed < CALCULATING_SECONDS or fraction <= 0:
        return "calculating"
    left = elapsed / min(fraction, 1.0) - elapsed
    if left < 2:
        return "any time now"
    if left < 90:
        return f"{math.ceil(left / 5) * 5} seconds"
    if left < 80 * _MINUTE:
        return f"{max(2, int(left // _MINUTE))} minutes"
    if left < 24 * _HOUR:
        return f"{max(2, int(left // _HOUR))} hours"
    return "more than a day"


def bar(fraction: float, elapsed: float) -> str:
    """Return one line: a bar, the share, and the time left."""
    share = min(max(fraction, 0.0), 1.0)
    done = round(share * BAR_WIDTH)
    blocks = "#" * done + "-" * (BAR_WIDTH - done)
    return f"Loading [{blocks}] {share:4.0%}  {eta_words(elapsed, share)}"
