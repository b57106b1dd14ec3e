from __future__ import annotations

import pytest

from olive_portal.catalogue import services
from olive_portal.catalogue.models import Item
from olive_portal.catalogue.search import relating
from olive_portal.catalogue.search.relating import related

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(make_item, make_collection):
    one = make_item("one", makers=["Toy"], platform="Unix", issued="1980")
    make_item("far", collection=make_collection("tools"))
    make_item("same-decade", issued="1981")
    make_item("same-maker", makers=["Toy"])
    make_item("both", makers=["Toy"], issued="1982", platform="Unix")
    make_item("secret", makers=["Toy"], issued="1980", state="draft")
    services.record_change(items=Item.objects.all())
    return one


def slugs(pks):
    return [Item.objects.get(pk=pk).slug for pk in pks]


def test_what_shares_most_is_nearest(shelf):
    assert slugs(related(shelf.pk)) == ["both", "same-maker", "same-decade"]


def test_what_all_share_brings_up_nothing(shelf, monkeypatch):
    monkeypatch.setattr(relating, "MOST_SHARING", 3)
    assert slugs(related(shelf.pk)) == ["both", "same-maker", "same-decade"]
    monkeypatch.setattr(relating, "MOST_SHARING", 2)
    assert slugs(related(shelf.pk)) == ["both"]


def test_a_draft_has_no_relations(shelf):
    assert related(Item.objects.get(slug="secret").pk) == []
