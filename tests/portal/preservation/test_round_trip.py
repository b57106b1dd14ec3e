"""What goes out of the portal as METS comes in again as it was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from olive_portal.catalogue.describing import record_of
from olive_portal.catalogue.models import Collection, Item, PackagePart
from olive_portal.preservation import services
from olive_portal.preservation.models import Event, ReceivedMets, VersionRecord
from olive_portal.preservation.services import Outcome

pytestmark = pytest.mark.django_db
# What says when, and by which portal, and not what.
OURS = {
    "created": "",
    "cite_as": "",
    "changed": "",
    "objid": "",
    "record_status": "",
    "routes": (),
}
PARTS = {"files": (), "package": None, "environments": (), "other_versions": ()}


@pytest.fixture
def item(make_folder, make_picture):
    programs = Collection.objects.create(slug="programs", title="Programs")
    Collection.objects.create(slug="unix-games", title="Unix games", parent=programs)
    folder = make_folder(abstract="It digs.\n\n  Deep. &amp; &lt;far&gt;")
    make_picture(folder / "screenshots/start.png")
    item = services.ingest(path=folder)
    services.publish(item=item)
    return item


@pytest.fixture
def exported(item, client, tmp_path):
    path = tmp_path / "exported.xml"
    path.write_bytes(client.get("/items/rogue/record/mets.xml").content)
    return path


def test_into_the_same_portal_it_changes_nothing(item, exported):
    before = record_of(item), Item.objects.values().get(), Event.objects.count()
    taken = services.take_in(path=exported)
    assert (taken.item, taken.outcome) == (item, Outcome.SAME)
    again = Item.objects.get()
    assert record_of(again) == before[0]
    assert Item.objects.values().get() == before[1]
    assert Event.objects.count() == before[2]
    assert bytes(ReceivedMets.objects.first().content) == exported.read_bytes()


def test_a_versions_record_finds_its_item_too(item, tmp_path):
    path = tmp_path / "version.xml"
    path.write_bytes(VersionRecord.objects.get().content)
    assert services.take_in(path=path).outcome == Outcome.SAME


def test_into_another_portal_it_says_the_same(item, exported, client):
    before = record_of(item)
    VersionRecord.objects.all().delete()
    PackagePart.objects.all().delete()
    # The rows go as they would never go in life: published bytes are fixed.
    item.packages.all()._raw_delete(using="default")
    for row in (*ReceivedMets.objects.all(), *Event.objects.all()):
        row.delete()
    Item.objects.all().delete()
    Collection.objects.all().update(parent=None)
    Collection.objects.all().delete()
    taken = services.take_in(path=exported)
    assert taken.outcome == Outcome.NEW
    assert taken.report.is_valid
    after = record_of(taken.item)
    same = OURS | PARTS
    assert replace(after, **same) == replace(before, **same)
    assert [row.title for row in taken.item.collection.ancestors()] == ["Programs"]


def test_a_rehearsal_says_what_would_be_and_leaves_no_trace(make_folder, kept):
    folder = make_folder()
    taken = services.rehearse(path=folder)
    assert (taken.item.title, taken.outcome) == ("Rogue", Outcome.NEW)
    assert (Item.objects.count(), Collection.objects.count(), kept()) == (0, 0, [])
    item = services.ingest(path=folder)
    assert services.rehearse(path=folder).outcome == Outcome.SAME
    make_folder(abstract="Other.")
    assert services.rehearse(path=folder).outcome == Outcome.CHANGED
    item.refresh_from_db()
    assert item.abstract == "It digs."
