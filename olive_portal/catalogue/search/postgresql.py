"""PostgreSQL's full text: the generated column `document` of the entries' table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from olive_portal.catalogue.search.words import Term, fold

ENTRY = "catalogue_searchentry"
TERM = "(phraseto_tsquery('english', %s) || phraseto_tsquery('english', %s))"
# Of the weights D, C, B, A.
RANK = "ts_rank('{0.05, 0.2, 0.6, 1.0}', document, query)"
EXCERPT = (
    # In angle brackets it would see markup, and leave it out.
    "ts_headline('english', translate({column}, '<>', '[]'), query, "
    "'StartSel={start}, StopSel={end}, MaxWords=28, MinWords=12, {more}')"
)


@dataclass(frozen=True)
class PostgresqlWords:
    start: str
    end: str

    def matching(self, terms: Sequence[Term]) -> list[int]:
        return _keys("document @@ query", terms, "")

    def best(self, terms: Sequence[Term], limit: int) -> list[int]:
        order = f"ORDER BY {RANK} DESC, item_id LIMIT {limit:d}"
        return _keys("document @@ query", terms, order)

    def best_named(self, terms: Sequence[Term], limit: int) -> list[int]:
        order = f"ORDER BY {RANK} DESC, item_id LIMIT {limit:d}"
        named = "ts_filter(document, '{a,b}') @@ query AND document @@ query"
        return _keys(named, terms, order)

    def starting(self, words: Sequence[str], limit: int) -> list[int]:
        # split() left nothing in a word that this query language gives a meaning.
        wanted = " & ".join(f"{word}:A" for word in words) + "*"
        sql = f"""
            SELECT item_id FROM {ENTRY}
            WHERE document @@ to_tsquery('english', %s) LIMIT {limit:d}
        """  # noqa: S608  # a constant and a number
        with connection.cursor() as cursor:
            cursor.execute(sql, [wanted])
            return [row[0] for row in cursor.fetchall()]

    def excerpts(
        self, terms: Sequence[Term], pks: Sequence[int]
    ) -> Iterable[tuple[int, str, str, str]]:
        query, parameters = _query(terms)
        marks = {"start": self.start, "end": self.end}
        columns = ", ".join(
            EXCERPT.format(column=column, more=more, **marks)
            for column, more in (
                ("title", "HighlightAll=true"),
                ("description", "MaxFragments=1"),
                ("manuals", "MaxFragments=1"),
            )
        )
        sql = f"""
            SELECT item_id, {columns} FROM {ENTRY}, (SELECT {query} AS query) AS asked
            WHERE item_id = ANY(%s)
        """  # noqa: S608  # constants
        with connection.cursor() as cursor:
            cursor.execute(sql, [*parameters, list(pks)])
            yield from cursor.fetchall()


def _query(terms: Sequence[Term]) -> tuple[str, list[str]]:
    """The terms as typed, or as the entry's folded words have them."""
    texts = [text for term in terms for text in (term.text, fold(term.text))]
    return " && ".join([TERM] * len(terms)), texts


def _keys(condition: str, terms: Sequence[Term], rest: str) -> list[int]:
    query, parameters = _query(terms)
    sql = f"""
        SELECT item_id FROM {ENTRY}, (SELECT {query} AS query) AS asked
        WHERE {condition} {rest}
    """  # noqa: S608  # constants
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [row[0] for row in cursor.fetchall()]
