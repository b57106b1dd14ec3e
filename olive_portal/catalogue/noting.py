"""Triggers that note every change of what descriptions are made of.

The admin, a service, `queryset.update()`, a shell, SQL: whatever changes a row leaves a
note in the same transaction. The triggers are made after each migration and are away
while one runs: SQLite drops them with the tables that Django copies to alter them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections, models

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
    PackagePart,
    Subject,
)
from olive_portal.catalogue.models.item import ItemQuerySet

TABLE = ChangeNote._meta.db_table
Writer = Callable[["Watch", str], Iterator[str]]
EVENTS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}


@dataclass(frozen=True)
class Watch:
    """Which column of a table says what has changed, and what does not count.

    `only` is a condition on a row: a change counts where it holds before or after.
    """

    model: type[models.Model]
    kind: NoteKind
    column: str = "item_id"
    unheeded: frozenset[str] = frozenset()
    events: tuple[str, ...] = tuple(EVENTS)
    only: str = ""

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def columns(self) -> list[str]:
        every = [str(f.column) for f in self.model._meta.concrete_fields]
        return [name for name in every if name not in self.unheeded]


# Nobody is described by an agent, a subject or a collection before it has items, nor
# after: rows between them are noted then.
ONLY_CHANGES = ("UPDATE",)
WATCHES = (
    # record_change() and minting write these two, and know it themselves.
    Watch(Item, NoteKind.ITEM, "id", frozenset({"ark", "changed_at", "is_featured"})),
    Watch(Contribution, NoteKind.ITEM),
    Watch(Identifier, NoteKind.ITEM),
    Watch(Media, NoteKind.ITEM, unheeded=frozenset({"renditions"})),
    Watch(Package, NoteKind.ITEM, only="{row}.state <> 'draft'"),
    Watch(PackagePart, NoteKind.PACKAGE, "package_id"),
    Watch(Item.subjects.through, NoteKind.ITEM),
    Watch(Agent, NoteKind.AGENT, "id", events=ONLY_CHANGES),
    Watch(Subject, NoteKind.SUBJECT, "id", events=ONLY_CHANGES),
    Watch(
        Collection,
        NoteKind.COLLECTION,
        "id",
        frozenset({"abstract", "tint", "position"}),
        events=ONLY_CHANGES,
    ),
)


def items_of(notes: Iterable[ChangeNote]) -> set[int]:
    """The keys of the items that the noted changes are about; some may be deleted."""
    keys: dict[str, set[int]] = {kind: set() for kind in NoteKind}
    for note in notes:
        keys[note.kind].add(note.key)
    found = keys[NoteKind.ITEM]
    shown = Package.objects.fixed().filter(pk__in=keys[NoteKind.PACKAGE])
    described: Sequence[ItemQuerySet] = (
        Item.objects.filter(packages__in=shown),
        Item.objects.filter(contributions__agent__in=keys[NoteKind.AGENT]),
        Item.objects.filter(subjects__in=keys[NoteKind.SUBJECT]),
        Item.objects.filter(collection__in=_inside(keys[NoteKind.COLLECTION])),
    )
    return found.union(*(rows.values_list("pk", flat=True) for rows in described))


def _inside(keys: set[int]) -> set[int]:
    """These collections and all that are in them, one query a level."""
    found, outer = set(keys), set(keys)
    while outer:
        children = Collection.objects.filter(parent__in=outer)
        outer = set(children.values_list("pk", flat=True)) - found
        found |= outer
    return found


def install(*, using: str, **_signal: Any) -> None:  # noqa: ANN401
    """After a migration: all triggers, as they are written here."""
    _run(using, REMOVERS)
    if TABLE in connections[using].introspection.table_names():
        _run(using, INSTALLERS)


def remove(*, using: str, plan: Sequence[object], **_signal: Any) -> None:  # noqa: ANN401
    """Before a migration that will do something."""
    if plan:
        _run(using, REMOVERS)


def _run(using: str, writers: Mapping[str, Writer]) -> None:
    connection = connections[using]
    # Some are not there yet, or no longer, when one app is migrated by itself.
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for watch in (watch for watch in WATCHES if watch.table in tables):
            for event in watch.events:
                for statement in writers[connection.vendor](watch, event):
                    cursor.execute(statement)


def _install_sqlite(watch: Watch, event: str) -> Iterator[str]:
    name, condition = _name(watch, event), _condition(watch, event, "IS NOT")
    yield (
        f"CREATE TRIGGER {name} AFTER {event} ON {watch.table} "
        f"{condition} BEGIN {_note(watch, event)}; END"
    )


def _remove_sqlite(watch: Watch, event: str) -> Iterator[str]:
    yield f"DROP TRIGGER IF EXISTS {_name(watch, event)}"


def _install_postgresql(watch: Watch, event: str) -> Iterator[str]:
    name, condition = _name(watch, event), _condition(watch, event, "IS DISTINCT FROM")
    yield (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
        f"AS $$ BEGIN {_note(watch, event)}; RETURN NULL; END $$"
    )
    yield (
        f"CREATE TRIGGER {name} AFTER {event} ON {watch.table} "
        f"FOR EACH ROW {condition} EXECUTE FUNCTION {name}()"
    )


def _remove_postgresql(watch: Watch, event: str) -> Iterator[str]:
    yield f"DROP TRIGGER IF EXISTS {_name(watch, event)} ON {watch.table}"


def _name(watch: Watch, event: str) -> str:
    return f"{watch.table}_note_{event.lower()}"


def _condition(watch: Watch, event: str, differs: str) -> str:
    rows = EVENTS[event]
    wanted = []
    if event == "UPDATE":
        wanted.append(" OR ".join(f"OLD.{c} {differs} NEW.{c}" for c in watch.columns))
    if watch.only:
        wanted.append(" OR ".join(watch.only.format(row=row) for row in rows))
    return f"WHEN (({') AND ('.join(wanted)}))" if wanted else ""


def _note(watch: Watch, event: str) -> str:
    rows = (
        f"SELECT '{watch.kind}', {row}.{watch.column}"  # no input
        for row in EVENTS[event]
    )
    return f"INSERT INTO {TABLE} (kind, key) {' UNION '.join(rows)}"


INSTALLERS = {"sqlite": _install_sqlite, "postgresql": _install_postgresql}
REMOVERS = {"sqlite": _remove_sqlite, "postgresql": _remove_postgresql}
