from __future__ import annotations

from olive_portal.catalogue.models import Item
from olive_portal.catalogue.services import follow_up, record_change


def test_only_what_changed_gets_a_new_datestamp(make_item):
    rogue, other = make_item("rogue"), make_item("wumpus")
    assert record_change(items=Item.objects.filter(pk=rogue.pk)) == 1
    assert Item.objects.get(slug="rogue").changed_at > rogue.changed_at
    assert Item.objects.get(slug="wumpus").changed_at == other.changed_at


def test_a_change_that_was_recorded_is_not_followed_up_once_more(make_item):
    rogue = make_item("rogue")
    other = make_item("wumpus")
    record_change(items=Item.objects.all())
    Item.objects.update(title="New")
    record_change(items=Item.objects.filter(pk=rogue.pk))
    stamp = Item.objects.get(pk=rogue.pk).changed_at
    assert follow_up() > 0
    assert Item.objects.get(pk=rogue.pk).changed_at == stamp
    assert Item.objects.get(pk=other.pk).changed_at > stamp
