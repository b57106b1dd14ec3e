"""What happened to the preserved, and what came with it."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from olive_portal.catalogue.models import Item, Package, State

SOFTWARE = "Olive portal"


class EventKind(models.TextChoices):
    """PREMIS event types, in the words of the Library of Congress's vocabulary."""

    INGESTION = "ingestion"
    MESSAGE_DIGEST_CALCULATION = "message digest calculation"
    FORMAT_VALIDATION = "format validation"
    METADATA_MODIFICATION = "metadata modification"
    PUBLICATION = "publication"
    WITHDRAWAL = "withdrawal"
    EXECUTION = "execution"


class Outcome(models.TextChoices):
    SUCCESS = "success"
    FAILURE = "failure"


class Event(models.Model):
    """Something that was done to an item, by whom and with what outcome. Never edited.

    The agent is a curator, or the software where nobody asked for it by name.
    """

    item = models.ForeignKey(Item, models.CASCADE, related_name="events")
    package = models.ForeignKey(
        Package, models.SET_NULL, null=True, blank=True, related_name="events"
    )
    kind = models.CharField(max_length=30, choices=EventKind.choices)
    outcome = models.CharField(
        max_length=7, choices=Outcome.choices, default=Outcome.SUCCESS
    )
    detail = models.TextField(blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="preservation_events",
    )
    # Outlives the user's account, so that the history stays readable.
    agent = models.CharField(max_length=200, default=SOFTWARE)
    happened_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-happened_at", "-pk"]
        indexes = [models.Index(fields=["item", "-happened_at"])]
        constraints = [
            models.CheckConstraint(
                name="event_kinds_are_known", condition=Q(kind__in=EventKind.values)
            ),
            models.CheckConstraint(
                name="event_outcomes_are_known",
                condition=Q(outcome__in=Outcome.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.outcome}"


class ReceivedMetsQuerySet(models.QuerySet["ReceivedMets"]):
    def public(self) -> Self:
        return self.filter(item__state=State.PUBLISHED)

    def newest_of(self, slug: str) -> Self:
        """The one record that counts for the public item at `slug`, or none."""
        return self.public().filter(item__slug=slug)[:1]


class ReceivedMets(models.Model):
    """A METS record byte for byte as it came; an item's newest is the one that counts.

    Here, and not in a file, so that the record and what was read from it change in one
    transaction.
    """

    item = models.ForeignKey(Item, models.CASCADE, related_name="received_mets")
    objid = models.CharField("OBJID", max_length=300, blank=True, db_index=True)
    sha256 = models.CharField("SHA-256", max_length=64)
    content = models.BinaryField()
    received_at = models.DateTimeField(default=timezone.now)

    objects = ReceivedMetsQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-pk"]
        get_latest_by = ["received_at", "pk"]
        verbose_name = verbose_name_plural = "METS as received"

    def __str__(self) -> str:
        return f"{self.item}: {self.sha256[:12]}"

    @property
    def etag(self) -> str:
        return f'"sha256:{self.sha256}"'


class VersionRecord(models.Model):
    """What the portal said of a package version in METS when it was published."""

    package = models.OneToOneField(
        Package, models.PROTECT, related_name="version_record"
    )
    content = models.BinaryField()
    sha256 = models.CharField("SHA-256", max_length=64)
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.package}: {self.sha256[:12]}"

    @property
    def etag(self) -> str:
        return f'"sha256:{self.sha256}"'


class Build(models.Model):
    """Which recipe, with which inputs, a package was made from."""

    package = models.ForeignKey(Package, models.CASCADE, related_name="builds")
    inputs_sha256 = models.CharField(max_length=64, db_index=True)
    built_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_package_is_made_from_inputs_once",
                fields=["package", "inputs_sha256"],
            )
        ]

    def __str__(self) -> str:
        return f"{self.package} from {self.inputs_sha256[:12]}"
