"""What search knows. The database keeps the full-text index beside it up to date by
itself: triggers on SQLite, a generated column on PostgreSQL (migration 0002)."""

from __future__ import annotations

import uuid
from typing import Self

from django.db import models
from django.db.models import F

from olive_portal.catalogue.models.item import Item


class SearchEntryQuerySet(models.QuerySet["SearchEntry"]):
    def newer_than(self, number: int) -> Self:
        return self.filter(revision__gt=number)


class SearchEntry(models.Model):
    """One item as the public may find it; blank from when it no longer may.

    The row of a withdrawn item stays, so that every process hears of the withdrawal.
    """

    item = models.OneToOneField(
        Item, models.CASCADE, primary_key=True, related_name="search_entry"
    )
    revision = models.PositiveBigIntegerField(db_index=True)
    is_public = models.BooleanField()
    facets = models.JSONField(default=dict)
    year = models.PositiveIntegerField(null=True)
    added_at = models.DateTimeField(null=True)

    # In the order of their weight.
    title = models.TextField(blank=True)
    names = models.TextField(blank=True)
    subjects = models.TextField(blank=True)
    identifiers = models.TextField(blank=True)
    description = models.TextField(blank=True)
    manuals = models.TextField(blank=True)
    # Words with accents once more without; SQLite's index does that by itself.
    folded = models.TextField(blank=True)

    objects = SearchEntryQuerySet.as_manager()

    def __str__(self) -> str:
        return self.title


class SearchRevision(models.Model):
    """How often the entries have changed: one row, which writers take turns at.

    `epoch` tells one database from another, such as one that a backup restored.
    """

    epoch = models.UUIDField(default=uuid.uuid4)
    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.number} of {self.epoch}"

    @classmethod
    def advance(cls) -> int:
        """The number of a new revision, whose writer the others now wait for.

        In commit order and without a gap, so who has seen one has seen all before.
        """
        cls.objects.get_or_create(pk=1)
        cls.objects.filter(pk=1).update(number=F("number") + 1)
        return cls.objects.get(pk=1).number


class ManualText(models.Model):
    """The words of a manual or another document, read from its file once."""

    media = models.OneToOneField(
        "catalogue.Media", models.CASCADE, primary_key=True, related_name="words"
    )
    text = models.TextField(blank=True, help_text="Empty where nothing can be read.")

    def __str__(self) -> str:
        return self.text[:60]
