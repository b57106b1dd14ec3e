"""What somebody who is still typing may be about to write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

from django.urls import reverse

from olive_portal.catalogue.models import Item
from olive_portal.catalogue.search import holdings, matching
from olive_portal.catalogue.search.words import split, tidy

SHORTEST = 2
MOST_TITLES = 6
MOST_VALUES = 2
# Of so many titles with the words, the best are suggested.
SAMPLE = 60
KINDS = {
    "maker": "Maker",
    "platform": "Platform",
    "genre": "Genre",
    "subject": "Subject",
}


@dataclass(frozen=True)
class Suggestion:
    text: str
    kind: str
    url: str


def suggest(typed: str) -> list[Suggestion]:
    """Titles, makers, platforms and subjects with words that begin like these."""
    words = split(tidy(typed))
    if sum(map(len, words)) < SHORTEST:
        return []
    return [*_titles(words), *_values(words)]


def _titles(words: Sequence[str]) -> Iterator[Suggestion]:
    pks = matching.words().starting(words, SAMPLE)
    found = Item.objects.only("title", "slug", "state").public_by_key(pks)
    rows = [(item.title, item.slug) for item in found.values()]
    phrase = " ".join(words)

    def distance(row: tuple[str, str]) -> tuple[bool, int, str]:
        plain = " ".join(split(row[0]))
        return not plain.startswith(phrase), len(plain), plain

    for title, slug in sorted(rows, key=distance)[:MOST_TITLES]:
        yield Suggestion(title, "Title", reverse("item", args=[slug]))


def _values(words: Sequence[str]) -> Iterator[Suggestion]:
    with holdings.current() as held:
        found = [
            (name, value)
            for name in KINDS
            for value in _most_frequent(held.by_value[name], words)
        ]
    for name, value in found:
        query = urlencode({name: value})
        yield Suggestion(value, KINDS[name], f"{reverse('search')}?{query}")


def _most_frequent(sets: holdings.Sets, words: Sequence[str]) -> list[str]:
    fitting = (v for v in sets if all(f" {word}" in _plain(v) for word in words))
    return sorted(fitting, key=lambda v: (-len(sets[v]), v))[:MOST_VALUES]


@lru_cache(maxsize=200_000)
def _plain(value: str) -> str:
    return " " + " ".join(split(value))
