from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from olive_portal.catalogue.errors import CollectionCycle
from olive_portal.catalogue.models import Collection


@pytest.fixture
def chain(make_collection):
    outer = make_collection("outer")
    middle = make_collection("middle", parent=outer)
    return [outer, middle, make_collection("inner", parent=middle)]


def test_ancestors_come_outermost_first(chain):
    outer, middle, inner = chain
    assert inner.ancestors() == [outer, middle]


def test_a_collection_cannot_move_into_what_is_inside_of_it(chain):
    outer, _, inner = chain
    outer.parent = inner
    with pytest.raises(CollectionCycle, match="“Outer”"):
        outer.save()
    assert Collection.objects.get(slug="outer").parent is None


def test_a_form_says_that_a_move_would_make_a_cycle(chain):
    outer, _, inner = chain
    outer.parent = inner
    with pytest.raises(ValidationError) as caught:
        outer.full_clean()
    assert "parent" in caught.value.message_dict


def test_the_database_refuses_a_collection_inside_of_itself(make_collection):
    games = make_collection()
    with pytest.raises(IntegrityError), transaction.atomic():
        Collection.objects.filter(pk=games.pk).update(parent=games)


def test_the_database_refuses_an_unknown_tint(make_collection):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_collection(tint="neon")


def test_only_public_items_are_counted(make_collection, make_item):
    make_item("rogue")
    make_item("wumpus", state="draft")
    make_item("gone", state="withdrawn")
    assert Collection.objects.with_item_counts().get().item_count == 1


def test_smaller_positions_come_first_and_then_titles(make_collection):
    make_collection("b")
    make_collection("a")
    make_collection("z", position=0)
    make_collection("first", position=0, title="Aaa")
    make_collection("last", position=1)
    slugs = [collection.slug for collection in Collection.objects.top()]
    assert slugs == ["a", "first", "b", "z", "last"]
