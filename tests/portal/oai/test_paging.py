from __future__ import annotations

import pytest
from django.db import connection

from olive_portal.oai import paging
from olive_portal.oai.arguments import Selection
from olive_portal.oai.models import Membership, Record

FAR = "9999-01-01T00:00:00Z"


@pytest.mark.parametrize("query", [paging.HEADERS, paging.RECORDS, paging.COUNT])
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own words")
def test_a_page_is_one_walk_along_an_index(expose_many, query):
    expose_many(3)
    with connection.cursor() as cursor:
        values = ["", "oai_dc", "2000", 7, FAR]
        cursor.execute(f"EXPLAIN QUERY PLAN {query}", values)
        steps = [row[-1] for row in cursor.fetchall()]
    assert "COVERING INDEX oai_page" in steps[0]
    assert ">(?,?)" in steps[0]
    assert not any("TEMP B-TREE" in step for step in steps)


@pytest.mark.parametrize("spec", ["", "collection:games"])
def test_pages_give_each_record_once_though_all_have_one_second(
    expose_many, clock, spec
):
    expose_many(250)
    span = paging.begin(Selection("oai_dc", spec), FAR)
    seen = []
    while rows := paging.headers(span)[: paging.PAGE]:
        seen += [row[1] for row in rows]
        span = paging.Span(span.selection, rows[-1][2], rows[-1][0], FAR)
    assert len(seen) == len(set(seen)) == 250


def test_a_page_ends_at_the_horizon(expose, clock):
    expose(1)
    limit = Record.objects.get().datestamp
    clock.now += 1
    expose(2)
    span = paging.begin(Selection("oai_dc"), limit)
    assert [row[1] for row in paging.headers(span)] == ["oai:olive.invalid:99999/1"]
    assert paging.count(span) == 1


def test_the_last_record_is_found_again(expose, clock):
    expose(1)
    clock.now += 1
    expose(2)
    again = paging.last(paging.Span(Selection("oai_dc"), FAR, 0, FAR))
    assert [row[1] for row in paging.headers(again)] == ["oai:olive.invalid:99999/2"]
    Membership.objects.all().delete()
    Record.objects.all().delete()
    assert paging.headers(paging.last(again)) == []
