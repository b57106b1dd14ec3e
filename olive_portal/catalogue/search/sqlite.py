"""SQLite's FTS5. The table `catalogue_searchwords` reads its text from the entries."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from olive_portal.catalogue.search.words import Term

# title, names, subjects, identifiers, description, manuals
WEIGHTS = "12.0, 6.0, 4.0, 8.0, 2.0, 0.5"
MATCHING = """
    SELECT rowid FROM catalogue_searchwords WHERE catalogue_searchwords MATCH %s
"""
BEST = f"""
    {MATCHING} ORDER BY bm25(catalogue_searchwords, {WEIGHTS}), rowid LIMIT %s
"""  # constants
STARTING = f"{MATCHING} LIMIT %s"
# One row: sqlite3 gives Python's lock away for each, and waits to have it back.
KEYS = "SELECT json_group_array(rowid) FROM ({})"
# The keys come first: FTS5 asked for a list would make excerpts of every match.
EXCERPTS = """
    SELECT page.value,
           highlight(catalogue_searchwords, 0, %s, %s),
           snippet(catalogue_searchwords, 4, %s, %s, '…', 28),
           snippet(catalogue_searchwords, 5, %s, %s, '…', 28)
    FROM json_each(%s) AS page
    CROSS JOIN catalogue_searchwords ON catalogue_searchwords.rowid = page.value
    WHERE catalogue_searchwords MATCH %s
"""


@dataclass(frozen=True)
class SqliteWords:
    start: str
    end: str

    def matching(self, terms: Sequence[Term]) -> list[int]:
        return _keys(MATCHING, [_expression(terms)])

    def best(self, terms: Sequence[Term], limit: int) -> list[int]:
        return _keys(BEST, [_expression(terms), limit])

    def best_named(self, terms: Sequence[Term], limit: int) -> list[int]:
        return _keys(BEST, [f"{{title names}} : ({_expression(terms)})", limit])

    def starting(self, words: Sequence[str], limit: int) -> list[int]:
        whole = " AND ".join(_quoted(word) for word in words)
        return _keys(STARTING, [f"title : ({whole} *)", limit])

    def excerpts(
        self, terms: Sequence[Term], pks: Sequence[int]
    ) -> Iterable[tuple[int, str, str, str]]:
        marks = [self.start, self.end] * 3
        parameters = [*marks, json.dumps(pks), _expression(terms)]
        with connection.cursor() as cursor:
            cursor.execute(EXCERPTS, parameters)
            yield from cursor.fetchall()


def _keys(sql: str, parameters: list[str | int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(KEYS.format(sql), parameters)
        keys: list[int] = json.loads(cursor.fetchone()[0])
        return keys


def _expression(terms: Sequence[Term]) -> str:
    return " AND ".join(_quoted(term.text) for term in terms)


def _quoted(text: str) -> str:
    """A string of FTS5's query language: none of its operators acts in there."""
    return '"{}"'.format(text.replace('"', '""'))
