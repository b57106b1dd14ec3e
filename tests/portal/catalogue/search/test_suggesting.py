from __future__ import annotations

import pytest

from olive_portal.catalogue import services
from olive_portal.catalogue.models import Item, Subject
from olive_portal.catalogue.search.suggesting import MOST_TITLES, suggest

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(make_item):
    make_item("maze-war", title="Maze War", makers=["Steve Colley"], platform="Imlac")
    make_item("the-maze", title="The Amazing Maze")
    make_item("a-mazing", title="Mazes of Mystery", makers=["Maze Makers"])
    make_item("secret", title="Maze of Secrets", state="draft", makers=["Mazda"])
    Item.objects.get(slug="maze-war").subjects.add(Subject.objects.create(term="Mazes"))
    services.record_change(items=Item.objects.all())


def said(typed):
    return [(suggestion.kind, suggestion.text) for suggestion in suggest(typed)]


def test_titles_that_begin_so_come_first_then_values(shelf):
    assert said("maz") == [
        ("Title", "Maze War"),
        ("Title", "Mazes of Mystery"),
        ("Title", "The Amazing Maze"),
        ("Maker", "Maze Makers"),
        ("Subject", "Mazes"),
    ]


@pytest.mark.parametrize(
    ("typed", "suggestions"),
    [
        ("maze w", [("Title", "Maze War")]),
        ("COLL", [("Maker", "Steve Colley")]),
        ("iml", [("Platform", "Imlac")]),
        ("m", []),
        ('" OR', []),
        ("secrets", []),
        ("mazda", []),
        ("%", []),
    ],
)
def test_the_last_word_may_be_unfinished(shelf, typed, suggestions):
    assert said(typed) == suggestions


def test_a_suggestion_leads_to_its_page(shelf):
    assert [suggestion.url for suggestion in suggest("maze w")] == ["/items/maze-war"]
    assert [suggestion.url for suggestion in suggest("colley")] == [
        "/search?maker=Steve+Colley"
    ]


def test_there_are_never_many(make_item):
    for number in range(20):
        make_item(f"maze-{number}", title=f"Maze {number}")
    services.record_change(items=Item.objects.all())
    assert len(suggest("maze")) == MOST_TITLES
