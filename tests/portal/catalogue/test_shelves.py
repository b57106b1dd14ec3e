from __future__ import annotations

import pytest

from olive_portal.catalogue.models import Collection
from olive_portal.catalogue.shelves import COVERS, find_shelf, top_shelves


@pytest.fixture
def caves(make_collection):
    return make_collection("caves", parent=make_collection("games"))


def test_a_shelf_counts_what_is_below_it_too(caves, make_item):
    make_item("rogue")
    make_item("adventure", collection=caves)
    make_item("draft", collection=caves, state="draft")
    [games] = top_shelves()
    assert games.item_count == 2
    assert [child.item_count for child in games.filled_children] == [1]


def test_an_empty_shelf_is_not_shown_inside(caves):
    [games] = top_shelves()
    assert games.children
    assert games.filled_children == []


def test_a_shelf_knows_the_way_to_it(caves):
    assert [step.slug for step in find_shelf("caves").path] == ["games", "caves"]
    assert find_shelf("nowhere") is None


def test_covers_are_few_and_come_from_below_too(caves, make_item, make_screenshot):
    for number in range(COVERS + 2):
        make_screenshot(make_item(f"item-{number}", collection=caves))
    assert len(find_shelf("games").covers) == COVERS


def test_collections_that_hold_each_other_are_left_out(caves):
    games = caves.parent
    Collection.objects.filter(pk=games.pk).update(parent=caves)
    assert top_shelves() == []


def test_any_depth_takes_two_queries(make_collection, django_assert_num_queries):
    parent = None
    for depth in range(12):
        parent = make_collection(f"depth-{depth}", parent=parent)
    with django_assert_num_queries(2):
        assert len(find_shelf("depth-11").ancestors) == 11
