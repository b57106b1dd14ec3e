from __future__ import annotations

import pytest

from olive_portal.catalogue.models import Collection
from olive_portal.catalogue.search.tree import Tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def nested(make_collection):
    a = make_collection("a")
    b = make_collection("b", parent=a)
    c = make_collection("c", parent=b)
    make_collection("d")
    return a, b, c


def test_a_collection_includes_what_is_inside_of_it(nested):
    tree = Tree.read()
    a, b, c = (str(row.pk) for row in nested)
    assert set(tree.keys_within(("b",))) == {b, c}
    assert tree.keys_within(("nowhere",)) == []
    assert tree.rolled_up({c: 2, a: 1}) == {"a": 3, "b": 2, "c": 2}


def test_a_cycle_of_rows_ends(nested):
    a, _, c = nested
    Collection.objects.filter(pk=a.pk).update(parent=c)
    assert Tree.read().rolled_up({str(c.pk): 1}) == {"a": 1, "b": 1, "c": 1}


def test_a_count_of_a_collection_that_is_gone_is_dropped(nested):
    assert Tree.read().rolled_up({"999999": 5}) == {}
