from __future__ import annotations

import pytest
from django.http import QueryDict

from olive_portal.catalogue import services
from olive_portal.catalogue.models import Item
from olive_portal.catalogue.search import finding, results
from olive_portal.catalogue.search.questions import Question

pytestmark = pytest.mark.django_db


def test_items_come_in_the_order_of_their_keys_and_public_ones_alone(make_item):
    a, b = make_item("a"), make_item("b")
    hidden = make_item("c", state="withdrawn")
    assert results.in_order([b.pk, hidden.pk, a.pk]) == [b, a]


def test_a_hit_has_its_excerpt(make_item):
    make_item("rogue", abstract="A dungeon")
    services.record_change(items=Item.objects.all())
    answer = finding.find(Question.read(QueryDict("q=dungeon -cave")))
    (hit,) = results.hits(answer)
    assert (hit.item.slug, hit.excerpt.text) == ("rogue", "A <mark>dungeon</mark>")
