"""When software appeared, as catalogues write it: the part of EDTF (ISO 8601-2) that
title pages and read-me files give cause for.

    1992   1992-03   1992-03-03   199X (the 1990s)   1992~ (about)   1992? (uncertain)
    1977/1979 (a span)
"""

from __future__ import annotations

import re
from datetime import date

POINT = r"(?:\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?|\d{3}X)[~?]?"
PATTERN = rf"^{POINT}(?:/{POINT})?$"
HINT = "A date such as 1992, 1992-03, 1992-03-03, 199X, 1992~ or 1977/1979."

# Years that one date may stretch over: more is a slip of the pen.
LONGEST_SPAN = 100

WORDS = {"~": "about {}", "?": "{} (uncertain)"}


def year(issued: str) -> str:
    """The year that a card has room for: `1992`, `1990s`, or nothing."""
    if not re.match(PATTERN, issued):
        return ""
    start = issued[:4]
    return f"{start[:3]}0s" if start.endswith("X") else start


def in_words(issued: str) -> str:
    """`1992-03-03` as `3 March 1992`. What is not a date comes back as it is."""
    if not re.match(PATTERN, issued):
        return issued
    return " to ".join(_point_in_words(point) for point in issued.split("/"))


def _point_in_words(point: str) -> str:
    bare = point.rstrip("~?")
    return WORDS.get(point[-1], "{}").format(_bare_in_words(bare))


def _bare_in_words(bare: str) -> str:
    if bare.endswith("X"):
        return f"{bare[:3]}0s"
    parts = [int(part) for part in bare.split("-")]
    if len(parts) == 1:
        return bare
    month = date(2000, parts[1], 1).strftime("%B")
    return " ".join([*map(str, parts[2:]), month, bare[:4]])


def years(issued: str) -> list[int]:
    """Every year that the date may mean; of a decade none in particular."""
    if not re.match(PATTERN, issued) or "X" in issued:
        return []
    points = [int(point[:4]) for point in issued.split("/")]
    return list(range(points[0], min(points[-1], points[0] + LONGEST_SPAN) + 1))


def decades(issued: str) -> list[str]:
    """`1977/1981` as `1970s` and `1980s`."""
    if not re.match(PATTERN, issued):
        return []
    points = [int(point[:3]) for point in issued.split("/")]
    last = min(points[-1], points[0] + LONGEST_SPAN // 10)
    return [f"{decade}0s" for decade in range(points[0], last + 1)]


def first_year(issued: str) -> int | None:
    """Where the date stands among others; a decade stands at its start."""
    return int(issued[:4].replace("X", "0")) if re.match(PATTERN, issued) else None
