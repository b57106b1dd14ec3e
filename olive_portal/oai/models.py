from __future__ import annotations

from typing import Self

from django.db import models


class Set(models.Model):
    """A group that harvesters may ask for. It is here as long as a record is in it."""

    spec = models.CharField(max_length=400, unique=True)
    name = models.CharField(max_length=300)

    class Meta:
        ordering = ["spec"]

    def __str__(self) -> str:
        return self.spec


class RecordQuerySet(models.QuerySet["Record"]):
    def live(self) -> Self:
        return self.filter(is_deleted=False)


class Record(models.Model):
    """One thing in one format, rendered; a tombstone once it is gone. Never removed.

    Only services.expose() and retire() write here: a row whose datestamp did not move
    with its content is one that harvesters never hear of.
    """

    # What it describes, in the words of whoever exposes it.
    source = models.CharField(max_length=100)
    prefix = models.CharField(max_length=20)
    identifier = models.CharField(max_length=255)
    # As the protocol writes it: UTC, whole seconds, and it sorts as it reads. A column
    # that could hold a fraction would compare otherwise than it is shown.
    datestamp = models.CharField(max_length=20)
    is_deleted = models.BooleanField(default=False)
    set_specs = models.TextField(blank=True, help_text="The elements of its header.")
    metadata = models.TextField(blank=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="a_source_has_a_format_once", fields=["source", "prefix"]
            ),
            models.UniqueConstraint(
                name="an_identifier_has_a_format_once", fields=["identifier", "prefix"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.identifier} ({self.prefix})"


# The set that has no name: all records are in it, and nobody can ask for it by name.
EVERYTHING = ""


class Membership(models.Model):
    """A record in a set, in each set around that, and in EVERYTHING: one row for each.

    Repeats the record's format and datestamp, so that every page of every list is one
    walk along one index.
    """

    record = models.ForeignKey(Record, models.CASCADE, related_name="memberships")
    spec = models.CharField(max_length=400, blank=True)
    prefix = models.CharField(max_length=20)
    datestamp = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_record_is_in_a_set_once", fields=["record", "spec"]
            )
        ]
        indexes = [
            models.Index(
                fields=["spec", "prefix", "datestamp", "record"], name="oai_page"
            )
        ]

    def __str__(self) -> str:
        return f"{self.record_id} in {self.spec}"
