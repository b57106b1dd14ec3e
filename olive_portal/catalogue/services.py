from __future__ import annotations

from functools import partial

from django.db import transaction
from django.utils import timezone

from olive_portal.catalogue import exposing, noting, renditions
from olive_portal.catalogue.models import ChangeNote, Item, NoteKind
from olive_portal.catalogue.models.item import ItemQuerySet
from olive_portal.catalogue.search import indexing, manuals

# Of an agent or a collection one note can stand for thousands of items.
NOTES_AT_ONCE = 500


@transaction.atomic
def record_change(*, items: ItemQuerySet) -> int:
    """Tell harvesters and search that `items` are described otherwise than before.

    Call it for a real change only, in the transaction that makes it, after everything
    that it changes. Returns how many items that were.
    """
    # What was noted until now is told by this, and not once more later.
    notes = ChangeNote.objects.filter(kind=NoteKind.ITEM, key__in=items.values("pk"))
    told = list(notes.values_list("pk", flat=True))
    count = items.update(changed_at=timezone.now())
    exposing.refresh(items)
    indexing.update(items=items)
    ChangeNote.objects.filter(pk__in=told).delete()
    # After commit: reading takes its time, and nobody should wait for us meanwhile.
    changed = Item.objects.filter(pk__in=list(items.values_list("pk", flat=True)))
    transaction.on_commit(partial(manuals.read_new, items=changed))
    transaction.on_commit(partial(renditions.make_new, items=changed))
    return count


def follow_up() -> int:
    """Record every change that the database noted and nobody has recorded yet.

    Called where changes are made, it is in their transaction; called again and again,
    it finds those that were made behind everybody's back. Returns how many notes.
    """
    count = 0
    while done := _follow_up():
        count += done
    return count


@transaction.atomic
def _follow_up() -> int:
    changes = ChangeNote.objects.exclude(kind=NoteKind.RENDERING)
    notes = list(changes[:NOTES_AT_ONCE])
    keys = noting.items_of(notes)
    there = Item.objects.filter(pk__in=keys)
    gone = keys - set(there.values_list("pk", flat=True))
    if notes:
        record_change(items=there)
        exposing.retire(gone)
    ChangeNote.objects.filter(pk__in=[note.pk for note in notes]).delete()
    return len(notes)


def index_missing() -> int:
    """Let search know what it does not, such as after an upgrade. Returns how many.

    What is made of media after a commit is made up for, too."""
    missing = list(indexing.missing().values_list("pk", flat=True))
    indexing.update(items=Item.objects.filter(pk__in=missing))
    manuals.read_new(items=Item.objects.all())
    renditions.make_new(items=Item.objects.all())
    return len(missing)


def index_everything() -> int:
    """Write every entry anew. Returns how many items the public may find."""
    indexing.update(items=Item.objects.all())
    manuals.read_new(items=Item.objects.all())
    renditions.make_new(items=Item.objects.all())
    return Item.objects.public().count()
