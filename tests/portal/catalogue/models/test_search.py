from __future__ import annotations

import pytest

from olive_portal.catalogue import services
from olive_portal.catalogue.models import (
    Item,
    ManualText,
    SearchEntry,
    SearchRevision,
)

pytestmark = pytest.mark.django_db


def test_revisions_count_up_from_the_first():
    assert [SearchRevision.advance() for _ in range(3)] == [1, 2, 3]
    assert str(SearchRevision.objects.get()).startswith("3 of ")


def test_whoever_has_seen_a_revision_asks_for_the_newer_ones(make_item):
    make_item("rogue")
    services.record_change(items=Item.objects.all())
    make_item("wumpus")
    services.record_change(items=Item.objects.filter(slug="wumpus"))
    newer = SearchEntry.objects.newer_than(1)
    assert [str(entry) for entry in newer] == ["Wumpus"]


def test_the_words_of_a_document_go_with_it(make_item, make_screenshot):
    media = make_screenshot(make_item(), kind="manual", media_type="text/plain")
    words = ManualText.objects.create(media=media, text="Press any key")
    assert str(words) == "Press any key"
    media.delete()
    assert not ManualText.objects.exists()
