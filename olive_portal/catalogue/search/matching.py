"""The words of titles, in whichever database the portal has.

Everything that is in the tables is public: indexing leaves out what is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.db import connection
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from olive_portal.catalogue.search.postgresql import PostgresqlWords
from olive_portal.catalogue.search.sqlite import SqliteWords
from olive_portal.catalogue.search.words import Term

# Private characters of Unicode: no text of ours has them, and escaping keeps them.
START, END = "\ue000", "\ue001"


EMPTY = SafeString("")


@dataclass(frozen=True)
class Excerpt:
    """Where the words stand: safe HTML with marks around them, or nothing."""

    title: SafeString = EMPTY
    text: SafeString = EMPTY
    is_from_manual: bool = False


class Words(Protocol):
    """What a database can be asked. Terms are all wanted; none is excluded."""

    def matching(self, terms: Sequence[Term]) -> list[int]:
        """Every item with all the terms, in no order."""

    def best(self, terms: Sequence[Term], limit: int) -> list[int]:
        """The `limit` items that have them in the most telling places, best first."""

    def best_named(self, terms: Sequence[Term], limit: int) -> list[int]:
        """The same of those whose title or makers have all the terms."""

    def starting(self, words: Sequence[str], limit: int) -> list[int]:
        """Some items whose title has the words, the last of which may go on."""

    def excerpts(
        self, terms: Sequence[Term], pks: Sequence[int]
    ) -> Iterable[tuple[int, str, str, str]]:
        """Key, title, and pieces of description and manuals, with START and END."""


def words() -> Words:
    if connection.vendor == "postgresql":
        return PostgresqlWords(START, END)
    return SqliteWords(START, END)


def excerpts(terms: Sequence[Term], pks: Sequence[int]) -> dict[int, Excerpt]:
    if not (terms and pks):
        return {}
    found = {}
    for pk, title, description, manual in words().excerpts(terms, pks):
        is_from_manual = START not in description and START in manual
        text = manual if is_from_manual else description
        found[pk] = Excerpt(
            # Its first line: the others are other titles and the version.
            _marked(title.partition("\n")[0]),
            _marked(text if START in text else ""),
            is_from_manual,
        )
    return found


def _marked(text: str) -> SafeString:
    html = escape(text).replace(START, "<mark>").replace(END, "</mark>")
    return mark_safe(html)  # noqa: S308  # escaped above; the marks are ours
