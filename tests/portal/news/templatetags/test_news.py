from __future__ import annotations

from olive_portal.news.templatetags.news import latest_posts


def test_the_latest_posts_are_the_newest_public_ones(make_post):
    for month in (1, 2, 3):
        make_post(f"post-{month}", published_at=f"2026-0{month}-01T00:00Z")
    make_post("draft", is_draft=True)
    assert [post.slug for post in latest_posts(2)] == ["post-3", "post-2"]


def test_the_front_page_shows_them(client, make_post):
    make_post("opening")
    page = client.get("/").content.decode()
    assert 'href="/news/opening"' in page
    assert "Of opening." in page


def test_without_posts_the_front_page_has_no_news(client, db):
    assert b"home-news" not in client.get("/").content
