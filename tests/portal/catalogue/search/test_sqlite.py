from __future__ import annotations

import pytest
from django.db import connection

from olive_portal.catalogue import services
from olive_portal.catalogue.models import Item, SearchEntry
from olive_portal.catalogue.search import matching
from olive_portal.catalogue.search.sqlite import BEST
from olive_portal.catalogue.search.words import Term, read

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own"),
]


def integrity():
    with connection.cursor() as cursor:
        # Raises where the index and the entries' table say different things.
        cursor.execute(
            "INSERT INTO catalogue_searchwords (catalogue_searchwords, rank) "
            "VALUES ('integrity-check', 1)"
        )
    return True


def test_the_triggers_follow_every_change_of_an_entry(make_item):
    make_item("rogue", abstract="A dungeon")
    services.record_change(items=Item.objects.all())
    Item.objects.update(abstract="A cave")
    services.record_change(items=Item.objects.all())
    words = matching.words()
    assert words.matching(read("dungeon")) == []
    assert len(words.matching(read("cave"))) == 1
    assert integrity()
    SearchEntry.objects.all().delete()
    assert words.matching(read("cave")) == []
    assert integrity()


def test_many_keys_come_best_first(make_item):
    for number in range(30):
        abstract = "maze " * (number % 7) + "wall " * 20
        make_item(f"item-{number}", title="Maze " * (number % 3), abstract=abstract)
    services.record_change(items=Item.objects.all())
    with connection.cursor() as cursor:
        cursor.execute(BEST, ['"maze"', 50])
        best = [row[0] for row in cursor.fetchall()]
    assert len(best) > 20
    assert best != sorted(best)
    assert matching.words().best([Term("maze")], 50) == best


def test_quotes_in_a_term_stay_a_term(make_item):
    make_item("rogue", title='The "Rogue" clone')
    services.record_change(items=Item.objects.all())
    assert len(matching.words().matching([Term('"rogue" clone')])) == 1
    assert matching.words().matching([Term('rogue" OR "x')]) == []
