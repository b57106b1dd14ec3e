from __future__ import annotations

import pytest
from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"


def read(client, ending):
    answer = client.get(f"/news/feed.{ending}")
    return answer, etree.fromstring(answer.content)


@pytest.fixture
def two_posts(make_post, settings):
    settings.BASE_URL = "https://olive.example"
    make_post("older", published_at="2026-01-01T12:00Z")
    make_post("newer", title="R&D <new>", published_at="2026-02-01T12:00Z")


def test_the_atom_feed_has_the_posts_newest_first(client, two_posts):
    answer, feed = read(client, "atom")
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    entries = feed.findall(f"{ATOM}entry")
    assert [e.findtext(f"{ATOM}title") for e in entries] == ["R&D <new>", "Older"]
    assert entries[0].find(f"{ATOM}link").get("href") == (
        "https://olive.example/news/newer"
    )
    assert feed.findtext(f"{ATOM}updated") == "2026-02-01T12:00:00+00:00"


def test_the_rss_feed_has_the_same(client, two_posts):
    answer, feed = read(client, "rss")
    assert answer.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    assert feed.xpath("//item/title/text()") == ["R&D <new>", "Older"]
    assert feed.xpath("//item/link/text()")[1] == "https://olive.example/news/older"
    assert feed.xpath("//item/description/text()")[1] == "Of older."


@pytest.mark.parametrize("ending", ["atom", "rss"])
def test_a_reader_that_has_seen_it_gets_304(client, two_posts, ending):
    answer, _ = read(client, ending)
    again = client.get(
        f"/news/feed.{ending}", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304


@pytest.mark.parametrize("ending", ["atom", "rss"])
def test_an_empty_feed_is_a_feed(client, db, ending):
    assert read(client, ending)[0].status_code == 200
