from __future__ import annotations

from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from olive_portal.catalogue.errors import CollectionCycle
from olive_portal.catalogue.models.state import State


class Tint(models.TextChoices):
    """The colour behind a title that has no screen. Its shades are in tokens.css,
    chosen so that text on them is readable in both themes."""

    OLIVE = "olive"
    FERN = "fern"
    LAKE = "lake"
    SLATE = "slate"
    PLUM = "plum"
    BRICK = "brick"
    CLAY = "clay"
    SAND = "sand"


class CollectionQuerySet(models.QuerySet["Collection"]):
    def top(self) -> Self:
        return self.filter(parent=None)

    def with_item_counts(self) -> Self:
        """Each row gets `item_count`: its own public items, not its children's."""
        is_public = Q(items__state=State.PUBLISHED)
        return self.annotate(item_count=models.Count("items", filter=is_public))


class Collection(models.Model):
    """A group of items that a curator keeps together; it may hold other groups."""

    title = models.CharField(max_length=200)
    slug = models.SlugField(max_length=100, unique=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    abstract = models.TextField(blank=True)
    tint = models.CharField(max_length=10, choices=Tint.choices, default=Tint.OLIVE)
    position = models.PositiveIntegerField(
        default=0, help_text="Smaller numbers come first; equal ones by title."
    )

    objects = CollectionQuerySet.as_manager()

    class Meta:
        ordering = ["position", "title", "pk"]
        constraints = [
            models.CheckConstraint(
                name="no_collection_is_its_own_parent",
                condition=Q(parent=None) | ~Q(parent=F("id")),
            ),
            models.CheckConstraint(
                name="collection_tints_are_known",
                condition=Q(tint__in=Tint.values),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Raises CollectionCycle."""
        self.ancestors()
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("collection", args=[self.slug])

    def clean(self) -> None:
        try:
            self.ancestors()
        except CollectionCycle as cycle:
            raise ValidationError({"parent": str(cycle)}) from cycle

    def ancestors(self) -> list[Collection]:
        """The collections around this one, outermost first; one query a level.

        Raises CollectionCycle where following the parents never ends.
        """
        found: list[Collection] = []
        seen = {self.pk} if self.pk else set()
        parent = self.parent
        while parent is not None:
            if parent.pk in seen:
                raise CollectionCycle(
                    f"“{self.title}” cannot be inside of “{parent.title}”, "
                    "which is inside of it."
                )
            seen.add(parent.pk)
            found.append(parent)
            parent = parent.parent
        return found[::-1]
