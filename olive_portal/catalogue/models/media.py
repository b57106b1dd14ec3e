from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath
from typing import Self, cast

from django.contrib.auth.models import AnonymousUser
from django.core.files import File
from django.db import models
from django.db.models import Q
from django.db.models.fields.files import FieldFile
from typing_extensions import override

from olive_portal.accounts.models import User
from olive_portal.catalogue.models.item import Item
from olive_portal.catalogue.models.state import State

# What the portal serves under its own name; anything else a browser might run.
MEDIA_TYPES = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
}

ROOM_FOR_A_SCREEN = 800
RENDITION = re.compile(r"(?P<stem>[^.]+)-(?P<width>[0-9]{1,4})\.webp")


class MediaKind(models.TextChoices):
    SCREENSHOT = "screenshot"
    MANUAL = "manual"
    DOCUMENT = "document"


class DigestFile(FieldFile):
    @override
    def save(self, name: str, content: File[bytes], save: bool = True) -> None:
        """Other bytes get another name, so a path's answer may be kept for ever."""
        digest = hashlib.sha256()
        for chunk in content.chunks():
            digest.update(chunk)
        suffix = PurePosixPath(name).suffix.lower()
        media = cast("Media", self.instance)
        media.size, media.sha256 = content.size, digest.hexdigest()
        super().save(f"{digest.hexdigest()[:32]}{suffix}", content, save)


class DigestFileField(models.FileField):
    """Names its files for their bytes."""

    attr_class = DigestFile


def path_of_item(media: Media, name: str) -> str:
    ending = MEDIA_TYPES.get(media.media_type, PurePosixPath(name).suffix)
    return f"{media.item.slug}/{PurePosixPath(name).stem}{ending}"


class MediaQuerySet(models.QuerySet["Media"]):
    def public(self) -> Self:
        return self.filter(item__state=State.PUBLISHED)

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self if user.is_staff else self.public()

    def named(self, name: str) -> Self:
        """The row whose file is called so, or one of its smaller pictures."""
        if match := RENDITION.fullmatch(name):
            return self.filter(file__startswith=f"{match['stem']}.")
        return self.filter(file=name)

    def documents(self) -> Self:
        return self.exclude(kind=MediaKind.SCREENSHOT)

    def screenshots(self) -> Self:
        return self.filter(kind=MediaKind.SCREENSHOT)


class Media(models.Model):
    """A picture of a program's screen, or something to read about the program."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="media")
    kind = models.CharField(
        max_length=10, choices=MediaKind.choices, default=MediaKind.SCREENSHOT
    )
    file = DigestFileField(upload_to=path_of_item, max_length=300)
    media_type = models.CharField(
        max_length=20, choices=[(name, name) for name in MEDIA_TYPES]
    )
    # Of what lies under `file`; whoever puts it there says it with it.
    size = models.PositiveBigIntegerField(null=True, editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True, editable=False)
    alt = models.CharField(
        "text alternative",
        max_length=500,
        blank=True,
        help_text="What the picture shows, for whoever cannot see it.",
    )
    caption = models.CharField(max_length=300, blank=True)
    position = models.PositiveIntegerField(default=0)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)

    # Widths of the smaller pictures beside it; none yet if that was not tried.
    renditions = models.JSONField(null=True, blank=True, editable=False)

    objects = MediaQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name_plural = "media"
        constraints = [
            models.CheckConstraint(
                name="media_kinds_are_known",
                condition=Q(kind__in=MediaKind.values),
            ),
            models.CheckConstraint(
                name="screenshots_have_a_text_alternative",
                condition=~Q(kind=MediaKind.SCREENSHOT, alt=""),
            ),
        ]

    def __str__(self) -> str:
        return self.caption or self.alt or str(self.file)

    def rendition_name(self, width: int) -> str:
        """Where the picture of this width is in the storage."""
        return f"{PurePosixPath(self.file.name or '').with_suffix('')}-{width}.webp"

    @property
    def srcset(self) -> str:
        """Every width of the picture, for `img srcset`; empty if there is but one."""
        if not (self.renditions and self.width):
            return ""
        url = self.file.storage.url
        smaller = [f"{url(self.rendition_name(w))} {w}w" for w in self.renditions]
        return ", ".join([*smaller, f"{self.file.url} {self.width}w"])

    @property
    def content_type(self) -> str:
        """Of the HTTP answer; what is not on the list goes as bytes nothing runs."""
        if self.media_type not in MEDIA_TYPES:
            return "application/octet-stream"
        is_text = self.media_type.startswith("text/")
        return f"{self.media_type}; charset=utf-8" if is_text else self.media_type

    @property
    def shown_width(self) -> int | None:
        """In CSS pixels: the largest whole multiple of its own that a page has room
        for, since pixels enlarged by a fraction come out uneven."""
        if not self.width:
            return None
        return self.width * max(1, ROOM_FOR_A_SCREEN // self.width)

    @property
    def shown_height(self) -> int | None:
        if not (self.width and self.height and self.shown_width):
            return None
        return self.height * (self.shown_width // self.width)

    @property
    def format_in_words(self) -> str:
        return MEDIA_TYPES.get(self.media_type, "").removeprefix(".").upper()
