from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from olive_portal.news.models import Post

if TYPE_CHECKING:
    # The generic parameters exist for the type checker only.
    PostFeed = Feed[Post, None]
else:
    PostFeed = Feed

POSTS_IN_A_FEED = 20


class RssOfPosts(PostFeed):
    title = "Olive: news"
    description = "What is new in this library of preserved software."

    def link(self) -> str:
        return f"{settings.BASE_URL}{reverse('news')}"

    def feed_url(self) -> str:
        return f"{settings.BASE_URL}{reverse('news-rss')}"

    def items(self) -> QuerySet[Post]:
        return Post.objects.public()[:POSTS_IN_A_FEED]

    def item_title(self, item: Post) -> str:
        return item.title

    def item_description(self, item: Post) -> str:
        return item.summary

    def item_link(self, item: Post) -> str:
        return f"{settings.BASE_URL}{item.get_absolute_url()}"

    def item_pubdate(self, item: Post) -> datetime:
        return item.published_at


class AtomOfPosts(RssOfPosts):
    feed_type = Atom1Feed
    subtitle = RssOfPosts.description

    def feed_url(self) -> str:
        return f"{settings.BASE_URL}{reverse('news-atom')}"
