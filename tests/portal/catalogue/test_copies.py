from __future__ import annotations

import pytest
from django.core.cache import caches

from olive_portal.catalogue import services
from olive_portal.catalogue.models import Item

pytestmark = pytest.mark.django_db
PAGES = ["/", "/collections", "/collections/games", "/items/rogue", "/search?q=rogue"]


@pytest.fixture(autouse=True)
def exhibit(make_exhibit, settings):
    backend = "django.core.cache.backends.locmem.LocMemCache"
    kept = {"BACKEND": backend, "LOCATION": "test-copies"}
    settings.CACHES = {**settings.CACHES, "pages": kept}
    make_exhibit(title="Rogue")
    services.record_change(items=Item.objects.all())
    yield
    caches["pages"].clear()


@pytest.mark.parametrize("url", PAGES)
def test_strangers_share_a_page_that_others_may_keep(client, url):
    first = client.get(url)
    assert first.headers["Cache-Control"] == "public, no-cache"
    assert "Cookie" in first.headers["Vary"]
    assert not first.cookies
    assert client.get(url).content == first.content


def test_a_shared_page_costs_one_query(client, django_assert_num_queries):
    client.get("/items/rogue")
    with django_assert_num_queries(1):
        client.get("/items/rogue")


def test_who_has_the_page_is_told_that_it_is_still_the_same(client):
    etag = client.get("/items/rogue").headers["ETag"]
    again = client.get("/items/rogue", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == etag


def test_a_change_shows_at_once(client):
    client.get("/items/rogue")
    Item.objects.update(title="Rogue 2")
    services.record_change(items=Item.objects.all())
    assert b"Rogue 2" in client.get("/items/rogue").content


def test_a_withdrawal_shows_at_once(client):
    client.get("/items/rogue")
    item = Item.objects.get()
    Item.objects.update(state="withdrawn", withdrawn_at=item.published_at)
    services.record_change(items=Item.objects.all())
    assert client.get("/items/rogue").status_code == 410
    assert b"rogue" not in client.get("/search").content


def test_who_is_known_gets_a_page_of_their_own(client, curator):
    shared = client.get("/")
    client.force_login(curator)
    own = client.get("/")
    assert own.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in own.headers["Vary"]
    assert b"Curate" in own.content
    client.logout()
    assert client.get("/").content == shared.content


def test_a_player_is_led_back_to_what_runs(client, monkeypatch):
    monkeypatch.setattr("olive_portal.launch.tasks.ask", lambda *_a, **_o: None)
    client.get("/items/rogue")
    client.post("/items/rogue/launch")
    assert b"Go back to it" in client.get("/items/rogue").content


def test_what_is_not_there_is_not_kept(client, make_item):
    assert client.get("/items/wumpus").status_code == 404
    make_item("wumpus")
    assert client.get("/items/wumpus").status_code == 200


def test_other_formats_have_copies_of_their_own(client):
    page = client.get("/items/rogue", headers={"Accept": "text/html"})
    client.get("/items/rogue", headers={"Accept": "application/ld+json"})
    again = client.get("/items/rogue", headers={"Accept": "text/html"})
    assert again.content == page.content
