from __future__ import annotations

from olive_portal.catalogue.models import Item
from olive_portal.catalogue.services import record_change


def test_only_what_changed_gets_a_new_datestamp(make_item):
    rogue, other = make_item("rogue"), make_item("wumpus")
    assert record_change(items=Item.objects.filter(pk=rogue.pk)) == 1
    assert Item.objects.get(slug="rogue").changed_at > rogue.changed_at
    assert Item.objects.get(slug="wumpus").changed_at == other.changed_at
