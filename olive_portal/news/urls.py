from __future__ import annotations

from django.urls import path
from django.views.decorators.http import conditional_page, require_safe

from olive_portal.news import views
from olive_portal.news.feeds import AtomOfPosts, RssOfPosts

urlpatterns = [
    path("news", views.news, name="news"),
    path(
        "news/feed.atom",
        require_safe(conditional_page(AtomOfPosts())),
        name="news-atom",
    ),
    path(
        "news/feed.rss", require_safe(conditional_page(RssOfPosts())), name="news-rss"
    ),
    path("news/<slug:slug>", views.post, name="post"),
]
