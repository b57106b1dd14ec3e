from __future__ import annotations

from django import template
from django.db.models import QuerySet

from olive_portal.news.models import Post

register = template.Library()


@register.simple_tag
def latest_posts(count: int) -> QuerySet[Post]:
    """For pages of rooms that know nothing of the news."""
    return Post.objects.public()[:count]
