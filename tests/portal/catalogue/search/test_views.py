from __future__ import annotations

import re

import pytest

from olive_portal.catalogue import services
from olive_portal.catalogue.models import Item

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(make_item, make_exhibit):
    make_exhibit("rogue", title="Rogue", platform="Unix", abstract="A dungeon.")
    make_item("wumpus", title="Hunt the Wumpus", platform="BASIC")
    services.record_change(items=Item.objects.all())


def body(client, url):
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def test_a_search_shows_cards_with_the_words_marked(client, shelf):
    page = body(client, "/search?q=dungeon")
    assert "1 title<" in page
    assert "A <mark>dungeon</mark>." in page
    assert 'href="/items/rogue"' in page
    assert "/items/wumpus" not in page


def test_what_was_typed_is_never_markup(client, shelf):
    page = body(client, '/search?q="><script>x()</script>&platform=<b>')
    assert "<script>x" not in page
    assert "<b>" not in page


def test_a_slip_is_told(client, shelf):
    page = body(client, "/search?q=wumpsu")
    assert "Nothing has “wumpsu”" in page
    assert "/items/wumpus" in page


def test_an_address_is_canonical_and_combinations_are_not_for_crawlers(client, shelf):
    single = body(client, "/search?x=1&platform=Unix")
    canonical = re.search(r'rel="canonical" href="([^"]+)"', single)[1]
    assert canonical.endswith("/search?platform=Unix")
    assert "noindex" not in single
    assert "noindex" in body(client, "/search?platform=Unix&decade=1980s")
    assert "noindex" in body(client, "/search?q=rogue")


def test_searching_again_keeps_what_is_chosen(client, shelf):
    page = body(client, "/search?platform=Unix")
    assert '<input type="hidden" name="platform" value="Unix">' in page


def test_nothing_found_says_so_and_leads_on(client, shelf):
    assert "No title fits." in body(client, "/search?q=zzzzzzz")


def test_the_number_of_queries_does_not_grow_with_the_results(
    client, make_exhibit, django_assert_max_num_queries
):
    for number in range(20):
        make_exhibit(f"item-{number}")
    services.record_change(items=Item.objects.all())
    client.get("/search")
    with django_assert_max_num_queries(8):
        client.get("/search")


def test_a_full_page_of_results_is_light(client, make_exhibit):
    for number in range(30):
        make_exhibit(f"item-{number}", platform=f"Machine {number}", issued="1991")
    services.record_change(items=Item.objects.all())
    assert len(client.get("/search?decade=1990s").content) < 100_000


def test_a_search_only_reads(client):
    assert client.post("/search").status_code == 405
