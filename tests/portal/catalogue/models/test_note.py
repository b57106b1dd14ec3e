from __future__ import annotations

from olive_portal.catalogue.models import ChangeNote, NoteKind


def test_notes_are_read_in_the_order_of_the_changes(db):
    for key in (3, 1, 2):
        ChangeNote.objects.create(kind=NoteKind.ITEM, key=key)
    assert [str(note) for note in ChangeNote.objects.all()] == [
        "item 3",
        "item 1",
        "item 2",
    ]
