from __future__ import annotations

import pytest
from django.core.files.base import ContentFile

from olive_portal.catalogue import services
from olive_portal.catalogue.models import Item, ManualText, Media
from olive_portal.catalogue.search import manuals, matching
from olive_portal.catalogue.search.words import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def add_manual(make_item):
    def add_manual(content, media_type="text/plain", **fields):
        item = make_item(**fields)
        media = Media(item=item, kind="manual", media_type=media_type)
        media.file.save("manual", ContentFile(content))
        return item

    return add_manual


def test_a_new_manual_is_read_after_commit(
    add_manual, django_capture_on_commit_callbacks
):
    item = add_manual("Drück „Feuer“, to fire.".encode())
    with django_capture_on_commit_callbacks(execute=True):
        services.record_change(items=Item.objects.all())
    assert matching.words().matching(read("feuer")) == [item.pk]
    assert ManualText.objects.get().text == "Drück „Feuer“, to fire.\n"


def test_a_manual_is_read_once(add_manual, monkeypatch):
    add_manual(b"Press any key.")
    manuals.read_new(items=Item.objects.all())
    monkeypatch.setattr(manuals, "_text", lambda _media: pytest.fail("read again"))
    manuals.read_new(items=Item.objects.all())


def test_the_manual_of_a_draft_is_not_read(add_manual):
    add_manual(b"Press any key.", state="draft")
    manuals.read_new(items=Item.objects.all())
    assert not ManualText.objects.exists()


def test_a_file_that_is_gone_counts_as_empty(add_manual, caplog):
    item = add_manual(b"Press any key.")
    item.media.get().file.delete()
    Media.objects.update(file="nowhere.txt")
    manuals.read_new(items=Item.objects.all())
    assert ManualText.objects.get().text == ""
    assert "nowhere.txt cannot be read" in caplog.text


def test_a_reader_that_dies_leaves_what_it_had_read(add_manual, monkeypatch, caplog):
    add_manual(b"x")
    program = ["/bin/sh", "-c", "echo some words; kill -9 $$"]
    monkeypatch.setattr(manuals, "PROGRAM", program)
    manuals.read_new(items=Item.objects.all())
    assert ManualText.objects.get().text == "some words\n"
    assert "ended with -9" in caplog.text
