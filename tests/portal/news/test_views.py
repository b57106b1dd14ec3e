from __future__ import annotations

import pytest

from olive_portal.news.views import POSTS_ON_A_PAGE


def test_the_news_are_newest_first(client, make_post):
    make_post("older", published_at="2026-01-01T00:00Z")
    make_post("newer", published_at="2026-02-01T00:00Z")
    page = client.get("/news").content.decode()
    assert page.index("Newer") < page.index("Older")
    assert "1 February 2026" in page


def test_without_news_the_page_says_so(client, db):
    assert b"There is no news yet" in client.get("/news").content


def test_many_posts_are_on_several_pages(client, make_post):
    for number in range(POSTS_ON_A_PAGE + 1):
        make_post(f"post-{number}")
    assert b"Page 1 of 2" in client.get("/news").content
    assert b"Page 2 of 2" in client.get("/news?page=2").content


def test_a_post_has_its_page(client, make_post):
    make_post(title="It <opens>", body="Come <b>in</b>, *please*.")
    page = client.get("/news/opening").content.decode()
    assert "It &lt;opens&gt;</h1>" in page
    assert "Come &lt;b&gt;in&lt;/b&gt;, <em>please</em>." in page


@pytest.mark.parametrize("word", ["draft", "later"])
def test_what_is_not_public_is_for_curators_alone(
    client, curator, make_post, tomorrow, word
):
    fields = {"is_draft": True} if word == "draft" else {"published_at": tomorrow}
    make_post("plan", **fields)
    assert client.get("/news/plan").status_code == 404
    for page in ("/", "/news", "/news/feed.atom", "/news/feed.rss"):
        assert b"Of plan." not in client.get(page).content
    client.force_login(curator)
    assert word.title().encode() in client.get("/news/plan").content
    assert b"noindex" in client.get("/news/plan").content
    assert b"Of plan." in client.get("/news").content


def test_a_curators_feeds_and_front_page_are_the_publics(client, curator, make_post):
    make_post("plan", is_draft=True)
    client.force_login(curator)
    for page in ("/", "/news/feed.atom", "/news/feed.rss"):
        assert b"Of plan." not in client.get(page).content


def test_news_named_like_a_feed_are_still_found(client, make_post):
    make_post("feed")
    assert client.get("/news/feed").status_code == 200


@pytest.mark.parametrize("page", ["/news", "/news/opening", "/releases"])
def test_a_browser_asks_whether_a_page_is_still_the_same(client, make_post, page):
    make_post()
    first = client.get(page)
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = client.get(page, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
