from __future__ import annotations

import re

import pytest
from lxml import etree

from olive_portal.catalogue import services
from olive_portal.catalogue.models import Item
from olive_portal.catalogue.search import browsing

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


def test_suggestions_come_as_browsers_know_them(client, shelf):
    response = client.get("/search/suggestions?q=rog")
    assert response.json() == ["rog", ["Rogue"], ["Title"], ["/items/rogue"]]
    assert response.headers["Cache-Control"] == "public, max-age=10"


def test_browsers_are_told_how_to_search(client):
    document = body(client, "/opensearch.xml")
    assert "/search?q={searchTerms}" in document
    assert etree.fromstring(document.encode()).tag.endswith("OpenSearchDescription")


def test_browsing_leads_to_searches(client, shelf):
    Item.objects.filter(slug="rogue").update(issued="1980")
    services.record_change(items=Item.objects.all())
    page = body(client, "/browse")
    assert 'href="/search?platform=Unix"' in page
    assert 'href="/search?decade=1980s"' in page
    assert 'href="/search?platform=BASIC"' in body(client, "/browse/platforms")
    assert 'href="/search?year=1980"' in body(client, "/timeline")


def test_many_makers_come_by_letter_and_page(client, make_item, monkeypatch):
    monkeypatch.setattr(browsing, "MOST_VALUES", 2)
    for number, name in enumerate(["Ab", "Aa", "Ac", "Ba"]):
        make_item(f"item-{number}", makers=[name])
    services.record_change(items=Item.objects.all())
    page = body(client, "/browse/makers")
    assert ">Aa<" in page
    assert ">Ac<" not in page
    assert 'href="?letter=A&amp;page=2"' in page
    assert ">Ac<" in body(client, "/browse/makers?letter=A&page=2")
    assert ">Ba<" in body(client, "/browse/makers?letter=B")


def test_an_empty_house_can_be_browsed(client):
    for url in ("/browse", "/browse/makers", "/timeline", "/search"):
        body(client, url)


def test_a_search_only_reads(client):
    assert client.post("/search").status_code == 405
