from __future__ import annotations

import pytest
from django.utils import timezone
from lxml import etree

from olive_portal.catalogue import services
from olive_portal.catalogue.models import Item

pytestmark = pytest.mark.django_db
ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture
def shelf(make_item):
    make_item("old", title="<Old> & new", makers=["Toy"], platform="Unix")
    make_item("new", platform="Unix", published_at=timezone.now())
    make_item("other", platform="VAX")
    make_item("secret", platform="Unix", state="draft")
    services.record_change(items=Item.objects.all())


def entries(response, path):
    return etree.fromstring(response.content).xpath(
        f"//a:entry/{path}", namespaces=ATOM
    )


def test_a_search_is_a_feed_of_what_was_added_last(client, shelf):
    response = client.get("/search/feed?platform=Unix&page=7")
    assert response.headers["Content-Type"].startswith("application/atom+xml")
    assert entries(response, "a:title/text()") == ["New", "<Old> & new"]
    assert entries(response, "a:author/a:name/text()") == ["Toy"]
    assert entries(response, "a:link/@href")[0].endswith("/items/new")
    feed = etree.fromstring(response.content)
    links = feed.xpath("/a:feed/a:link/@href", namespaces=ATOM)
    assert [link.partition("/search")[2] for link in links] == [
        "?platform=Unix",
        "/feed?platform=Unix",
    ]


def test_words_narrow_a_feed_too(client, shelf):
    titles = entries(client.get("/search/feed?q=toy"), "a:title/text()")
    assert titles == ["<Old> & new"]


def test_a_feed_that_did_not_change_is_not_sent_again(client, shelf):
    first = client.get("/search/feed")
    again = client.get("/search/feed", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_an_empty_feed_is_a_feed(client):
    assert entries(client.get("/search/feed?q=x"), "a:id") == []
