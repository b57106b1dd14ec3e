"""A search as its address says it. One question has one address, whatever the order in
which somebody clicked it together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self
from urllib.parse import urlencode

from django.http import QueryDict

from olive_portal.catalogue.search import words as typed
from olive_portal.catalogue.search.facets import NAMES

MOST_VALUES = 10
MOST_LETTERS = 300
MOST_PAGES = 10_000

Pairs = list[tuple[str, str]]


class Sort(StrEnum):
    RELEVANCE = "relevance"
    TITLE = "title"
    OLDEST = "oldest"
    NEWEST = "newest"
    ADDED = "added"


SORT_TITLES = {
    Sort.RELEVANCE: "best match",
    Sort.TITLE: "title",
    Sort.OLDEST: "oldest software",
    Sort.NEWEST: "newest software",
    Sort.ADDED: "lately added",
}


@dataclass(frozen=True)
class Question:
    words: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    asked_sort: Sort | None = None
    page: int = 1

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        """Whatever `query` holds: what makes no sense in it is left out."""
        chosen = {name: _values(query, name) for name in NAMES}
        sort, page = query.get("sort", ""), query.get("page", "")
        is_page = page.isascii() and page.isdecimal() and len(page) < 9
        return cls(
            words=typed.tidy(query.get("q", "")),
            chosen={name: values for name, values in chosen.items() if values},
            asked_sort=Sort(sort) if sort in set(Sort) else None,
            page=min(max(int(page), 1), MOST_PAGES) if is_page else 1,
        )

    @property
    def terms(self) -> tuple[typed.Term, ...]:
        return typed.read(self.words)

    @property
    def default_sort(self) -> Sort:
        return Sort.RELEVANCE if self.terms else Sort.TITLE

    @property
    def sorts(self) -> list[Sort]:
        return [sort for sort in Sort if self.terms or sort != Sort.RELEVANCE]

    @property
    def sort(self) -> Sort:
        if self.asked_sort in self.sorts:
            return self.asked_sort
        return self.default_sort

    @property
    def is_narrow(self) -> bool:
        return bool(self.terms or self.chosen)

    @property
    def is_for_crawlers(self) -> bool:
        """One value of one facet is a page of its own; combinations are endless."""
        values = [value for values in self.chosen.values() for value in values]
        return not self.words and len(values) <= 1 and self.asked_sort is None

    @property
    def query(self) -> str:
        """Canonical, with the question mark; nothing for everything."""
        page = [("page", str(self.page))] if self.page > 1 else []
        pairs = [*self._words(), *self._values(NAMES), *self._order(), *page]
        return f"?{urlencode(pairs)}" if pairs else ""

    def with_words(self, text: str) -> Self:
        return replace(self, words=text, page=1)

    def sorted_by(self, sort: Sort) -> Self:
        return replace(self, asked_sort=sort, page=1)

    def on_page(self, page: int) -> Self:
        return replace(self, page=page)

    def toggling(self, name: str) -> Callable[[str], str]:
        """What makes of a value the query in which it is chosen that was not, or the
        other way round. A page has hundreds of them: what they share is encoded once.
        """
        place = NAMES.index(name)
        before = urlencode([*self._words(), *self._values(NAMES[:place])])
        after = urlencode([*self._values(NAMES[place + 1 :]), *self._order()])
        now = set(self.chosen.get(name, ()))

        def toggled(value: str) -> str:
            values = urlencode([(name, v) for v in sorted(now ^ {value})])
            return "?" + "&".join(filter(None, (before, values, after)))

        return toggled

    def _words(self) -> Pairs:
        return [("q", self.words)] if self.words else []

    def _values(self, names: Sequence[str]) -> Pairs:
        return [(name, v) for name in names for v in self.chosen.get(name, ())]

    def _order(self) -> Pairs:
        return [("sort", self.sort)] if self.sort != self.default_sort else []


def _values(query: QueryDict, name: str) -> tuple[str, ...]:
    tidy = {value[:MOST_LETTERS] for value in query.getlist(name) if value.strip()}
    return tuple(sorted(tidy)[:MOST_VALUES])
