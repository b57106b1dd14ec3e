from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from olive_portal import prose
from olive_portal.accounts.models import User


class PostQuerySet(models.QuerySet["Post"]):
    def public(self) -> Self:
        return self.filter(is_draft=False, published_at__lte=timezone.now())

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """A curator also sees drafts, and what is to appear later."""
        return self if user.is_staff else self.public()


class Post(models.Model):
    """Something that the library tells its visitors."""

    title = models.CharField(max_length=200)
    slug = models.SlugField(max_length=100, unique=True)
    summary = models.TextField(
        help_text="One or two sentences, for the front page and the feeds."
    )
    body = models.TextField(blank=True, help_text="In Markdown.")
    is_draft = models.BooleanField(
        "draft", default=True, help_text="Only curators see it."
    )
    published_at = models.DateTimeField(
        "publish date",
        default=timezone.now,
        help_text="In the future: it appears by itself at that time.",
    )

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-pk"]
        indexes = [models.Index(fields=["is_draft", "-published_at"])]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("post", args=[self.slug])

    @property
    def is_public(self) -> bool:
        return not self.is_draft and self.published_at <= timezone.now()

    @property
    def body_as_html(self) -> SafeString:
        return prose.render(self.body)


class Arrival(models.Model):
    """Something that came with the portal and was put up once: never again, so that
    what a curator deletes or rewrites stays as they left it."""

    name = models.CharField(max_length=150, unique=True)
    arrived_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name
