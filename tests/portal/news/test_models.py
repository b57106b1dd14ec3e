from __future__ import annotations

from olive_portal.news.models import Post


def test_a_draft_and_what_is_to_appear_later_are_not_public(make_post, tomorrow):
    make_post("now")
    make_post("draft", is_draft=True)
    make_post("later", published_at=tomorrow)
    assert [post.slug for post in Post.objects.public()] == ["now"]
    assert [post.slug for post in Post.objects.all() if post.is_public] == ["now"]


def test_the_body_is_markdown(make_post):
    assert make_post(body="## Why").body_as_html == "<h2>Why</h2>\n"
