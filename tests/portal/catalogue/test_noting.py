from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import F

from olive_portal.catalogue import noting, services
from olive_portal.catalogue.models import (
    Agent,
    ChangeNote,
    Collection,
    Contribution,
    Identifier,
    Item,
    Media,
    NoteKind,
    Package,
    Subject,
)
from olive_portal.oai.models import Record


def sql(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


# Every way in which something that a record says can change behind the services' back.
PATHS = {
    "title": lambda: Item.objects.update(title="Other"),
    "title by SQL": lambda: sql("UPDATE catalogue_item SET title = 'Other'"),
    "slug": lambda: Item.objects.update(slug="other"),
    "collection of an item": lambda: Item.objects.update(
        collection=Collection.objects.create(title="Other", slug="other")
    ),
    "withdrawal": lambda: Item.objects.update(
        state="withdrawn", withdrawn_at=F("published_at")
    ),
    "maker's name": lambda: Agent.objects.filter(name__startswith="Glenn").update(
        name="Glenn R. Wichman"
    ),
    "maker's role": lambda: Contribution.objects.update(role="publisher"),
    "maker removed": lambda: Contribution.objects.all().delete(),
    "maker added": lambda: Contribution.objects.create(
        item=Item.objects.get(), agent=Agent.objects.create(name="New")
    ),
    "subject's term": lambda: Subject.objects.update(term="Other"),
    "subject deleted": lambda: Subject.objects.all().delete(),
    "subject added": lambda: Item.objects.get().subjects.create(term="New"),
    "identifier added": lambda: Identifier.objects.create(
        item=Item.objects.get(), scheme="doi", value="10.1/1"
    ),
    "medium's text": lambda: Media.objects.update(alt="Other"),
    "medium deleted": lambda: Media.objects.all().delete(),
    "package withdrawn": lambda: Package.objects.update(state="withdrawn"),
    "package's part": lambda: Package.objects.get().parts.create(
        kind="disk", path="disk.img", size=1, sha256="0" * 64
    ),
    "collection's title": lambda: Collection.objects.update(title="Other"),
    "collection moved": lambda: Collection.objects.filter(slug="games").update(
        parent=Collection.objects.create(title="Outer", slug="outer")
    ),
    "row deleted by SQL": lambda: [
        sql(f"DELETE FROM catalogue_{table}")  # noqa: S608
        for table in (
            *("contribution", "media", "package", "item_subjects"),
            *("searchentry", "item"),
        )
    ],
}


@pytest.fixture
def exposed(make_exhibit):
    item = make_exhibit()
    item.subjects.create(term="Games")
    services.follow_up()
    assert not ChangeNote.objects.exists()
    return item


def contents():
    return list(Record.objects.values_list("is_deleted", "set_specs", "metadata"))


@pytest.mark.parametrize("path", PATHS)
def test_whatever_changes_a_record_is_followed_up(exposed, path):
    before = contents()
    PATHS[path]()
    assert ChangeNote.objects.exists()
    assert services.follow_up() > 0
    assert contents() != before
    assert not ChangeNote.objects.exists()


def test_what_changes_no_record_is_not_noted(exposed):
    Item.objects.update(is_featured=True, title=F("title"))
    Agent.objects.update(name=F("name"))
    Collection.objects.update(position=3, tint="plum", abstract="Words")
    package = Package.objects.get()
    package.pk, package.number, package.state = None, 2, "draft"
    package._state.adding = True
    package.published_at = None
    package.save()
    package.delete()
    for row in (*Agent.objects.all(), *Item.objects.all(), *Media.objects.all()):
        row.save()
    assert not ChangeNote.objects.exists()


def test_a_change_of_a_collection_reaches_what_is_inside_of_it(
    make_collection, make_item
):
    inner = make_collection("inner", parent=make_collection("outer"))
    make_item("inside", collection=inner)
    make_item("outside")
    services.follow_up()
    Collection.objects.filter(slug="outer").update(title="Another name")
    (note,) = ChangeNote.objects.all()
    assert note.kind == NoteKind.COLLECTION
    assert noting.items_of([note]) == {Item.objects.get(slug="inside").pk}


def test_nothing_is_followed_up_twice(exposed, django_assert_max_num_queries):
    before = Item.objects.get().changed_at
    with django_assert_max_num_queries(6):
        assert services.follow_up() == 0
    assert Item.objects.get().changed_at == before


def trigger_count():
    table = "sqlite_master WHERE type = 'trigger' AND name"
    if connection.vendor == "postgresql":
        table = "pg_trigger WHERE tgname"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} LIKE '%_note_%'")  # noqa: S608
        return cursor.fetchone()[0]


def test_triggers_are_away_while_a_migration_runs(db):
    wanted = sum(len(watch.events) for watch in noting.WATCHES)
    assert trigger_count() == wanted
    noting.remove(using="default", plan=[])
    assert trigger_count() == wanted
    noting.remove(using="default", plan=["a migration"])
    assert trigger_count() == 0
    noting.install(using="default")
    noting.install(using="default")
    assert trigger_count() == wanted


def test_every_table_of_a_description_is_watched():
    """A model that refers to items is watched, or is known not to describe them."""
    unwatched = {"SearchEntry", "ManualText", "ChangeNote", "SearchRevision"}
    catalogue = apps.get_app_config("catalogue").get_models(include_auto_created=True)
    watched = {watch.model.__name__ for watch in noting.WATCHES}
    assert {model.__name__ for model in catalogue} == watched | unwatched
