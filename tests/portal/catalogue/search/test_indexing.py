from __future__ import annotations

import pytest

from olive_portal.catalogue import services
from olive_portal.catalogue.models import Item, SearchEntry, SearchRevision
from olive_portal.catalogue.search import indexing

pytestmark = pytest.mark.django_db


def test_drafts_have_no_entry(make_item):
    make_item(state="draft")
    services.record_change(items=Item.objects.all())
    assert not SearchEntry.objects.exists()
    assert not SearchRevision.objects.exists()


def test_a_withdrawn_item_leaves_an_entry_without_a_word(make_item):
    item = make_item(makers=["Michael Toy"], issued="1980", abstract="A dungeon")
    services.record_change(items=Item.objects.all())
    Item.objects.update(state="withdrawn", withdrawn_at=item.published_at)
    services.record_change(items=Item.objects.all())
    entry = SearchEntry.objects.values().get()
    assert (entry.pop("item_id"), entry.pop("revision")) == (item.pk, 2)
    assert entry == indexing.BLANK


def test_the_alternative_title_and_words_without_accents_are_known(make_item):
    make_item(title="Tétris", alternative_title="Pokémon")
    services.record_change(items=Item.objects.all())
    entry = SearchEntry.objects.get()
    assert entry.title == "Tétris\nPokémon"
    assert entry.folded == "pokemon tetris"


def test_what_is_missing_is_found_in_both_directions(make_item):
    make_item("new")
    make_item("known")
    gone = make_item("gone")
    make_item("draft", state="draft")
    services.record_change(items=Item.objects.exclude(slug="new"))
    Item.objects.filter(pk=gone.pk).update(
        state="withdrawn", withdrawn_at=gone.published_at
    )
    assert {item.slug for item in indexing.missing()} == {"new", "gone"}


def test_many_items_are_written_in_a_fixed_number_of_queries(
    make_item, django_assert_max_num_queries
):
    for number in range(20):
        make_item(f"item-{number}", makers=["Toy", "Wichman"])
    with django_assert_max_num_queries(60):
        services.record_change(items=Item.objects.all())
