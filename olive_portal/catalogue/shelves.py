"""Collections as a tree, read in two queries however deep it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from olive_portal.catalogue.models import Collection, Item, Media

COVERS = 3
RECENT = 2_000


@dataclass(frozen=True)
class Shelf:
    """A collection at its place: what it is inside of, and what is inside of it."""

    collection: Collection
    ancestors: tuple[Collection, ...]  # outermost first
    children: tuple[Shelf, ...]
    item_count: int  # public items here and below
    covers: tuple[Media, ...]  # a few screens from here and below

    @property
    def filled_children(self) -> list[Shelf]:
        return [child for child in self.children if child.item_count]

    @property
    def path(self) -> tuple[Collection, ...]:
        return (*self.ancestors, self.collection)

    def walk(self) -> Iterator[Shelf]:
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Rows:
    """What the tree is made of, by the collection that it belongs to."""

    collections: dict[int | None, list[Collection]]  # by the parent's key
    covers: dict[int, list[Media]]


def top_shelves() -> list[Shelf]:
    """Every collection, below those that are in no other.

    Rows that two curators at once made into a cycle hang below no top, and are left
    out rather than followed for ever.
    """
    rows = Rows(defaultdict(list), defaultdict(list))
    for collection in Collection.objects.with_item_counts():
        rows.collections[collection.parent_id].append(collection)
    for cover in _covers():
        rows.covers[cover.item.collection_id].append(cover)
    return [_shelf(top, (), rows) for top in rows.collections[None]]


def find_shelf(slug: str) -> Shelf | None:
    for top in top_shelves():
        for shelf in top.walk():
            if shelf.collection.slug == slug:
                return shelf
    return None


def _covers() -> Iterable[Media]:
    """The first few screens of each collection; of each title its first, if it can.

    Of the titles that were published last: a window over all screens of a large
    library takes seconds.
    """
    place = Window(
        RowNumber(),
        partition_by=F("item__collection"),
        order_by=["position", "-item__published_at", "pk"],
    )
    lately = Item.objects.public().newest_first().values("pk")[:RECENT]
    screens = Media.objects.screenshots().filter(item__in=lately)
    placed = screens.select_related("item").annotate(place=place)
    return placed.filter(place__lte=COVERS).order_by("place")


def _shelf(
    collection: Collection, ancestors: tuple[Collection, ...], rows: Rows
) -> Shelf:
    here = (*ancestors, collection)
    inside = rows.collections[collection.pk]
    children = tuple(_shelf(row, here, rows) for row in inside)
    # with_item_counts() gives each row its own number, which no field declares.
    own: int = getattr(collection, "item_count", 0)
    covers = [*rows.covers[collection.pk], *(c for s in children for c in s.covers)]
    return Shelf(
        collection,
        ancestors,
        children,
        item_count=own + sum(child.item_count for child in children),
        covers=tuple(covers[:COVERS]),
    )
