from __future__ import annotations

from olive_portal.catalogue import tasks
from olive_portal.catalogue.models import Item
from olive_portal.celery import app
from olive_portal.oai.models import Record


def test_what_was_changed_behind_the_services_reaches_harvesters(make_item):
    make_item(title="Rogue")
    tasks.follow_up()
    assert "Rogue" in Record.objects.get(prefix="oai_dc").metadata
    Item.objects.update(title="Hack")
    tasks.follow_up()
    assert "Hack" in Record.objects.get(prefix="oai_dc").metadata


def test_beat_asks_for_it_several_times_a_minute():
    entry = app.conf.beat_schedule["catalogue-follow-up"]
    assert entry["task"] == tasks.follow_up.name
    assert entry["schedule"] < 60
