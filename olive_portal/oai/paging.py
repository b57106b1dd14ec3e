"""Pages of records: each one walk along an index, wherever in the list it begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from olive_portal.oai.arguments import Selection

Row = Sequence[Any]

PAGE = 100
HEADER = "r.id, r.identifier, r.datestamp, r.is_deleted, r.set_specs"
# By hand, for the comparison of pairs: with `stamp > x OR (stamp = x AND id > y)` the
# databases read all rows of the second x again for each page of it.
SPAN = """
    m.spec = %s AND m.prefix = %s
    AND (m.datestamp, m.record_id) > (%s, %s) AND m.datestamp <= %s
"""
COUNT = f"SELECT count(*) FROM oai_membership m WHERE {SPAN}"  # noqa: S608  # no input
LAST = f"""
    SELECT m.datestamp, m.record_id FROM oai_membership m WHERE {SPAN}
    ORDER BY m.datestamp DESC, m.record_id DESC LIMIT 1
"""  # noqa: S608
# CROSS JOIN: SQLite then takes the index first, whatever it knows of the tables' sizes.
PAGE_OF = """
    SELECT {columns} FROM oai_membership m CROSS JOIN oai_record r
    WHERE {span} AND r.id = m.record_id
    ORDER BY m.datestamp, m.record_id LIMIT {limit}
"""
HEADERS = PAGE_OF.format(columns=HEADER, span=SPAN, limit=PAGE + 1)
RECORDS = PAGE_OF.format(columns=f"{HEADER}, r.metadata", span=SPAN, limit=PAGE + 1)


@dataclass(frozen=True)
class Span:
    """The part of the list that is asked for: after the pair, up to the horizon."""

    selection: Selection
    stamp: str
    key: int
    horizon: str


def begin(selection: Selection, horizon: str) -> Span:
    # Keys begin at 1, so this is before the first record of that second.
    return Span(selection, selection.start, 0, horizon)


def last(span: Span) -> Span:
    """From the last record on that is not beyond the span's end, if there is one."""
    found = _rows(LAST, begin(span.selection, span.horizon))
    if not found:
        return span
    stamp, key = found[0]
    return Span(span.selection, stamp, key - 1, span.horizon)


def headers(span: Span) -> Sequence[Row]:
    """Of a page, and of one record more if there is one."""
    return _rows(HEADERS, span)


def records(span: Span) -> Sequence[Row]:
    """The same, with the metadata as the last column."""
    return _rows(RECORDS, span)


def count(span: Span) -> int:
    """How many records there are from here on; reads them all, but in the index."""
    return int(_rows(COUNT, span)[0][0])


def _rows(query: str, span: Span) -> Sequence[Row]:
    selection = span.selection
    end = min(selection.end or span.horizon, span.horizon)
    place: list[str | int] = [span.stamp, span.key, end]
    with connection.cursor() as cursor:
        cursor.execute(query, [selection.spec, selection.prefix, *place])
        rows: Sequence[Row] = cursor.fetchall()
        return rows
