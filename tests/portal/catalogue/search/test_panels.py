from __future__ import annotations

import pytest
from django.http import QueryDict

from olive_portal.catalogue import services
from olive_portal.catalogue.models import Item
from olive_portal.catalogue.search import finding, panels
from olive_portal.catalogue.search.questions import Question

pytestmark = pytest.mark.django_db


def ask(query):
    return finding.find(Question.read(QueryDict(query)))


@pytest.fixture
def many(make_item):
    for number in range(40):
        make_item(f"item-{number}", platform=f"Platform {number:02}", issued="1991")
    make_item("early", issued="1979")
    make_item("again", platform="Platform 07")
    services.record_change(items=Item.objects.all())


def panel(answer, name):
    return next(p for p in panels.panels(answer) if p.facet.name == name)


def test_the_most_frequent_come_first_and_few_are_shown(many):
    platforms = panel(ask(""), "platform")
    assert [choice.label for choice in platforms.shown[:2]] == [
        "Platform 07",
        "Platform 00",
    ]
    assert platforms.shown[0].total == 2
    assert len(platforms.shown) == panels.MOST_SHOWN
    assert len(platforms.folded) == panels.MOST_FOLDED


def test_a_chosen_value_is_shown_first_and_its_link_removes_it(many):
    first = panel(ask("platform=Platform+39&q=item"), "platform").shown[0]
    assert (first.label, first.is_chosen, first.query) == (
        "Platform 39",
        True,
        "?q=item",
    )


def test_decades_are_in_their_order(many):
    decades = panel(ask(""), "decade").shown
    assert [choice.label for choice in decades] == ["1970s", "1990s"]


def test_a_collection_has_its_title_and_its_slug(many):
    choice = panel(ask(""), "collection").shown[0]
    assert (choice.label, choice.query) == ("Games", "?collection=games")


def test_what_is_chosen_and_finds_nothing_can_be_removed(many):
    chosen = panels.chosen(ask("platform=Nothing&year=1991"))
    assert [(c.label, c.total, c.query) for c in chosen] == [
        ("Nothing", 0, "?year=1991"),
        ("1991", 0, "?platform=Nothing"),
    ]


def test_a_facet_without_values_has_no_panel(many):
    assert {p.facet.name for p in panels.panels(ask(""))} == {
        "collection",
        "runs",
        "platform",
        "decade",
    }
