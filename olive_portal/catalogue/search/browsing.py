"""The public titles by one value after the other, and by the years of a century."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby, islice
from urllib.parse import urlencode

from pyroaring import BitMap

from olive_portal.catalogue.search import holdings
from olive_portal.catalogue.search.holdings import Holdings
from olive_portal.catalogue.search.words import fold

# Addresses below /browse/, with the facets that they list.
WAYS: Mapping[str, tuple[str, str]] = {
    "platforms": ("platform", "Platforms"),
    "makers": ("maker", "Makers"),
    "genres": ("genre", "Genres"),
    "subjects": ("subject", "Subjects"),
    "languages": ("language", "Languages"),
}
# On a page. Where there are more values, each letter has pages of its own.
MOST_VALUES = 300
OTHERS = "#"
EXHIBITS = 4
# Titles of a year whose bar is full, if no year has more: one title is no tower.
FULL_BAR = 10


@dataclass(frozen=True)
class Value:
    label: str
    count: int
    query: str

    @property
    def letter(self) -> str:
        first = fold(self.label)[:1].upper()
        return first if first.isalpha() else OTHERS


@dataclass(frozen=True)
class Shelf:
    """The values of a facet, or those that begin with one of its letters."""

    values: list[Value]
    letters: tuple[str, ...] = ()
    letter: str = ""


@dataclass(frozen=True)
class Year:
    year: str
    count: int
    share: int  # of the longest bar, in hundredths


@dataclass(frozen=True)
class Decade:
    decade: str
    count: int
    years: tuple[Year, ...]
    pks: tuple[int, ...]  # a few of its titles, earliest first


def frequent(name: str, limit: int) -> list[Value]:
    """The values of a facet that most titles have."""
    counts = _counts(name)
    best = sorted(counts, key=lambda value: (-counts[value], value))[:limit]
    return [_value(name, value, counts[value]) for value in best]


def shelf(name: str, letter: str) -> Shelf:
    counts = _counts(name)
    ordered = sorted(counts, key=lambda value: (fold(value), value))
    values = [_value(name, value, counts[value]) for value in ordered]
    if len(values) <= MOST_VALUES:
        return Shelf(values)
    letters = tuple(sorted({value.letter for value in values}))
    chosen = letter if letter in letters else letters[0]
    inside = [value for value in values if value.letter == chosen]
    return Shelf(inside, letters, chosen)


def by_letter(values: Iterable[Value]) -> list[tuple[str, list[Value]]]:
    """Values that are in order, with each letter once."""
    return [
        (letter, list(group))
        for letter, group in groupby(values, key=lambda value: value.letter)
    ]


def timeline() -> list[Decade]:
    """The decades from which there is something, with their years."""
    with holdings.current() as held:
        by_year = held.counts("year", held.everything)
        fullest = max([*by_year.values(), FULL_BAR])
        years = {
            year: Year(year, count, max(1, round(100 * count / fullest)))
            for year, count in by_year.items()
        }
        decades = sorted(held.by_value["decade"].items())
        return [_decade(decade, items, years, held) for decade, items in decades]


def _decade(
    decade: str, items: BitMap, years: Mapping[str, Year], held: Holdings
) -> Decade:
    inside = sorted(year for year in years if year[:3] == decade[:3])
    return Decade(
        decade,
        len(items),
        tuple(years[year] for year in inside),
        tuple(islice(held.by_year.walk(items), EXHIBITS)),
    )


def _counts(name: str) -> dict[str, int]:
    with holdings.current() as held:
        return held.counts(name, held.everything)


def _value(name: str, value: str, count: int) -> Value:
    return Value(value, count, f"?{urlencode({name: value})}")
