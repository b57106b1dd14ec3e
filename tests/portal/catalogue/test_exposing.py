from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection

from olive_portal.catalogue import exposing
from olive_portal.catalogue.models import Agent, ChangeNote, Item
from olive_portal.catalogue.services import follow_up, record_change
from olive_portal.metadata.writing import mods
from olive_portal.oai.models import Record


def of(item):
    return Item.objects.filter(pk=item.pk)


@pytest.fixture
def exposed(make_exhibit):
    item = make_exhibit(platform="IBM PC", rights_uri="http://a.example/licence")
    exposing.refresh(of(item))
    item.refresh_from_db()
    return item


def record(prefix="oai_dc"):
    return Record.objects.get(prefix=prefix)


def test_a_published_item_is_there_in_every_format_by_its_ark(exposed):
    assert {r.prefix for r in Record.objects.live()} == set(exposing.RENDERERS)
    assert record().identifier == f"oai:olive.invalid:{exposed.ark}"
    assert "<dc:title>Rogue</dc:title>" in record().metadata
    assert "<mods:title>Rogue</mods:title>" in record("mods").metadata


def test_a_draft_is_not_there(make_item):
    item = make_item(state="draft")
    assert exposing.refresh(of(item)) == 0
    item.refresh_from_db()
    assert item.ark is None


def test_the_same_again_changes_nothing(exposed):
    assert exposing.refresh(of(exposed)) == 0


@pytest.fixture
def rendered_before(exposed):
    """As an upgrade finds it: records of another look, and its migration's notes."""
    Record.objects.filter(prefix="mods").update(metadata="<old/>")
    ways_to_run = import_module("olive_portal.catalogue.migrations.0009_ways_to_run")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM catalogue_changenote")
        cursor.execute(ways_to_run.RENDER_ALL)
    exposed.refresh_from_db()
    return exposed


def test_what_an_upgrade_renders_otherwise_is_rendered_anew(rendered_before):
    before = record()
    assert exposing.refresh_noted() == 1
    assert "<mods:title>Rogue</mods:title>" in record("mods").metadata
    after = of(rendered_before).get()
    # Nothing else has changed, and nothing is left to do.
    assert after.changed_at == rendered_before.changed_at
    assert record().datestamp == before.datestamp
    assert exposing.refresh_noted() == 0


def test_it_is_rendered_some_at_a_time_and_in_nobodys_way(
    rendered_before, make_item, monkeypatch
):
    draft = make_item("plan", state="draft")
    follow_up()
    assert Record.objects.filter(metadata="<old/>").exists()
    for key in (draft.pk, 10**9):
        ChangeNote.objects.create(kind="rendering", key=key)
    monkeypatch.setattr(exposing, "NOTED_AT_ONCE", 2)
    assert [exposing.refresh_noted() for _ in range(3)] == [2, 1, 0]
    assert not Record.objects.filter(metadata="<old/>").exists()
    assert not ChangeNote.objects.exists()


def test_an_item_is_in_sets_for_collection_platform_rights_and_launch(
    make_collection, make_exhibit
):
    inner = make_collection("dos-games", parent=make_collection("dos"))
    fields = {"platform": "IBM PC, MS-DOS 5", "rights_uri": "http://a.example/x"}
    item = make_exhibit(collection=inner, **fields)
    item = of(item).for_description().get()
    assert exposing.sets_of(item) == {
        "collection": "Collections",
        "collection:dos": "Dos",
        "collection:dos:dos-games": "Dos Games",
        "platform": "Platforms",
        "platform:ibm-pc-ms-dos-5": "IBM PC, MS-DOS 5",
        "rights": "Rights statements",
        "rights:httpaexamplex": "http://a.example/x",
        "launch": "Can be launched",
        "launch:browser": "Run in the browser",
        "launch:thin": "Run at the library and show in the desktop client",
        "launch:thick": "Run on one's own computer in the desktop client",
    }


def test_what_an_item_lacks_makes_no_set(make_item):
    item = of(make_item(platform="電腦")).for_description().get()
    assert set(exposing.sets_of(item)) == {"collection", "collection:games"}


def test_withdrawing_by_whatever_path_leaves_a_tombstone(exposed):
    of(exposed).update(state="withdrawn", withdrawn_at=exposed.published_at)
    exposing.refresh(of(exposed))
    assert not Record.objects.live().exists()
    assert Record.objects.count() == len(exposing.RENDERERS)


@pytest.mark.parametrize("path", ["row", "rows"])
def test_deleting_leaves_a_tombstone(exposed, path):
    connection.cursor().execute("DELETE FROM catalogue_package")
    if path == "row":
        exposed.delete()
    else:
        Item.objects.all().delete()
    assert not Item.objects.exists()
    assert record().is_deleted
    assert record().set_specs


def test_a_change_of_a_maker_reaches_the_records_of_the_items(exposed):
    agent = Agent.objects.get(name="Glenn Wichman")
    agent.name = "Glenn R. Wichman"
    agent.save()
    record_change(items=Item.objects.made_by(agent))
    assert "Glenn R. Wichman" in record().metadata


def test_a_format_that_cannot_be_made_stops_neither_others_nor_the_change(
    exposed, monkeypatch, caplog
):
    def fail(_record):
        raise ValueError("no")

    before = record("mods").metadata
    monkeypatch.setitem(exposing.RENDERERS, "mods", fail)
    of(exposed).update(title="Rogue II")
    record_change(items=of(exposed))
    assert "<dc:title>Rogue II</dc:title>" in record().metadata
    assert record("mods").metadata == before
    assert not record("mods").is_deleted
    assert "No mods for item" in caplog.text


def test_what_is_not_of_the_format_is_not_let_in(exposed, monkeypatch, caplog):
    monkeypatch.setitem(exposing.RENDERERS, "oai_dc", mods.render)
    before = record().metadata
    of(exposed).update(title="Rogue II")
    exposing.refresh(of(exposed))
    assert record().metadata == before
    assert "the root is in the namespace" in caplog.text


def test_many_items_cost_as_many_queries_as_a_few(
    make_exhibit, django_assert_max_num_queries
):
    for number in range(12):
        make_exhibit(f"item-{number}")
    exposing.refresh(Item.objects.all())
    with django_assert_max_num_queries(30):
        assert exposing.refresh(Item.objects.all()) == 0
