from __future__ import annotations

from django.db import models


class NoteKind(models.TextChoices):
    ITEM = "item"
    PACKAGE = "package"
    AGENT = "agent"
    SUBJECT = "subject"
    COLLECTION = "collection"
    # Of an item of which nothing changed, but how an upgrade renders it.
    RENDERING = "rendering"


class ChangeNote(models.Model):
    """Something that items' descriptions are made of has changed, by whatever path.

    Triggers write these (olive_portal.catalogue.noting), so that no path can forget it;
    services.follow_up() reads and removes them. A migration after which records look
    otherwise writes those that exposing.refresh_noted() reads. Rows are only ever
    added, so nobody who changes something waits for another who does.
    """

    kind = models.CharField(max_length=10, choices=NoteKind.choices)
    key = models.BigIntegerField()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["kind", "key"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
