"""What harvesters get of an item: its formats and sets, rendered when it changes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify

from olive_portal.catalogue import arks, rights
from olive_portal.catalogue.describing import ROUTES, record_of
from olive_portal.catalogue.models import ChangeNote, Collection, Item, NoteKind
from olive_portal.catalogue.models.item import ItemQuerySet, source_of
from olive_portal.metadata.records import TitleRecord
from olive_portal.metadata.writing import dublin_core, mets, mods, oai_datacite
from olive_portal.oai import fragments, services
from olive_portal.oai.errors import BadFragment
from olive_portal.oai.models import Record
from olive_portal.oai.services import Exposure

logger = logging.getLogger(__name__)

RENDERERS: dict[str, Callable[[TitleRecord], bytes]] = {
    "oai_dc": dublin_core.render,
    "mods": mods.render,
    "mets": mets.render,
    "oai_datacite": oai_datacite.render,
}
# Of items at once in memory.
CHUNK = 200
# So few that whoever renders them is soon free for other work.
NOTED_AT_ONCE = 1_000
MOST_OF_A_SPEC = 60


def refresh(items: ItemQuerySet) -> int:
    """Bring what harvesters get of `items` up to date: how many records changed.

    In the transaction of the change that it follows. What is not public becomes a
    tombstone; what is the same as before keeps its datestamp.
    """
    return sum(done.changed for done in refresh_in_parts(items))


@dataclass(frozen=True)
class Part:
    """Some items that are up to date now, in the order of their keys."""

    items: int
    last: int
    changed: int


def refresh_in_parts(items: ItemQuerySet) -> Iterator[Part]:
    """The same, bit by bit, for whoever has no transaction open and many items."""
    last = 0
    ordered = items.order_by("pk").values_list("pk", flat=True)
    while chunk := list(ordered.filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1]
        yield Part(len(chunk), last, _refresh(chunk))


def refresh_noted() -> int:
    """Render some of what an upgrade noted to be rendered anew: how many items."""
    notes = ChangeNote.objects.filter(kind=NoteKind.RENDERING)[:NOTED_AT_ONCE]
    keys = {note.key for note in notes}
    refresh(Item.objects.filter(pk__in=keys))
    # Those of items that are not there any more.
    ChangeNote.objects.filter(kind=NoteKind.RENDERING, key__in=keys).delete()
    return len(keys)


def retire(keys: Iterable[int]) -> int:
    """Leave tombstones for items, whether their rows are there or not."""
    return services.retire(map(source_of, keys))


def retire_orphans() -> int:
    """Leave tombstones for items whose rows went without us: how many records."""
    live = set(Record.objects.live().values_list("source", flat=True))
    there = Item.objects.values_list("pk", flat=True)
    return services.retire(sorted(live - set(map(source_of, there))))


@transaction.atomic
def _refresh(keys: Sequence[int]) -> int:
    # Whoever changed the same items, or their makers, at the same time, is through
    # when we have the locks; so what we read below is what is true after our commit.
    locked = Item.objects.filter(pk__in=keys).select_for_update(of=("self",))
    list(locked.order_by("pk").values_list("pk", flat=True))
    # Those that are there now are dealt with below; one that comes meanwhile is not.
    kinds = [NoteKind.ITEM, NoteKind.RENDERING]
    notes = ChangeNote.objects.filter(kind__in=kinds, key__in=keys)
    noted = list(notes.values_list("pk", flat=True))
    public = Item.objects.for_description().public_by_key(keys)
    arks.mint(public.values())
    exposures = [exposure(item) for item in public.values()]
    hidden = set(keys) - public.keys()
    ChangeNote.objects.filter(pk__in=noted).delete()
    return services.expose(exposures) + retire(hidden)


def exposure(item: Item) -> Exposure:
    """Everything that harvesters get of `item`, which has its ARK."""
    metadata = dict(_metadata(item))
    return Exposure(
        source=source_of(item.pk),
        identifier=f"oai:{settings.OLIVE_OAI_IDENTIFIER}:{item.ark}",
        sets=sets_of(item),
        metadata=metadata,
        # One bad record must not make the others unharvestable, or unsavable.
        kept=frozenset(RENDERERS.keys() - metadata.keys()),
    )


def _metadata(item: Item) -> Iterator[tuple[str, bytes]]:
    record = record_of(item)
    for prefix, render in RENDERERS.items():
        try:
            xml = render(record)
            fragments.check(prefix, xml, source_of(item.pk))
        except (BadFragment, ValueError):
            logger.exception("No %s for item %s", prefix, item.pk)
        else:
            yield prefix, xml


def sets_of(item: Item) -> dict[str, str]:
    """The name of each set that it is in, those around others included."""
    sets = {"collection": "Collections", **_collections(item.collection)}
    if platform := _part(item.platform):
        sets |= {"platform": "Platforms", f"platform:{platform}": item.platform}
    statement = rights.in_words(item.rights_uri)
    if key := _part(statement):
        sets |= {"rights": "Rights statements", f"rights:{key}": statement}
    if item.current_package():
        sets["launch"] = "Can be launched"
        sets |= {f"launch:{kind}": label for kind, _, label in ROUTES}
    return sets


def _collections(collection: Collection) -> dict[str, str]:
    sets, spec = {}, "collection"
    for row in [*collection.ancestors(), collection]:
        spec = f"{spec}:{row.slug}"
        sets[spec] = row.title
    return sets


def _part(name: str) -> str:
    """One part of a setSpec; nothing for a name without Latin letters or digits."""
    return slugify(name)[:MOST_OF_A_SPEC].strip("-")
