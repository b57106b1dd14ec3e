from __future__ import annotations

import pytest

from olive_portal.catalogue import services
from olive_portal.catalogue.models import Item
from olive_portal.catalogue.search import browsing

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(make_item):
    make_item("a", makers=["Ådahl, B.", "Zork Inc."], issued="1979/1980")
    make_item("b", makers=["Zork Inc.", "3DO"], issued="1980")
    make_item("c", issued="199X")
    make_item("secret", makers=["Nobody"], issued="1955", state="draft")
    services.record_change(items=Item.objects.all())


def test_the_most_frequent_values_come_first(shelf):
    found = browsing.frequent("maker", 2)
    assert [(value.label, value.count) for value in found] == [
        ("Zork Inc.", 2),
        ("3DO", 1),
    ]


def test_values_stand_under_their_letters_without_accents(shelf):
    whole = browsing.shelf("maker", "")
    groups = browsing.by_letter(whole.values)
    assert [(letter, [v.label for v in values]) for letter, values in groups] == [
        ("#", ["3DO"]),
        ("A", ["Ådahl, B."]),
        ("Z", ["Zork Inc."]),
    ]
    assert whole.letters == ()


def test_of_many_values_one_letter_is_shown(shelf, monkeypatch):
    monkeypatch.setattr(browsing, "MOST_VALUES", 2)
    first = browsing.shelf("maker", "")
    assert (first.letters, first.letter) == (("#", "A", "Z"), "#")
    assert [v.label for v in browsing.shelf("maker", "Z").values] == ["Zork Inc."]
    assert browsing.shelf("maker", "Q").letter == "#"


def test_the_timeline_has_decades_and_years_with_something(shelf):
    decades = browsing.timeline()
    assert [(decade.decade, decade.count) for decade in decades] == [
        ("1970s", 1),
        ("1980s", 2),
        ("1990s", 1),
    ]
    eighties = decades[1]
    assert [(y.year, y.count, y.share) for y in eighties.years] == [("1980", 2, 20)]
    slugs = [Item.objects.get(pk=pk).slug for pk in eighties.pks]
    assert slugs == ["a", "b"]
    assert decades[2].years == ()
