from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Prefetch, Q
from django.urls import reverse
from django.utils import timezone

from olive_portal.accounts.models import User
from olive_portal.catalogue import dates, languages, rights
from olive_portal.catalogue.models.collection import Collection
from olive_portal.catalogue.models.description import (
    Agent,
    Contribution,
    Role,
    Subject,
)
from olive_portal.catalogue.models.state import State
from olive_portal.oai import services as oai

if TYPE_CHECKING:
    from olive_portal.catalogue.models.media import Media
    from olive_portal.catalogue.models.package import Package

# Deeper collections are found as well, at a query each.
LEVELS = 8


def source_of(key: int) -> str:
    """How the OAI-PMH provider knows the item with this key."""
    return f"item/{key}"


class ItemQuerySet(models.QuerySet["Item"]):
    def public(self) -> Self:
        return self.filter(state=State.PUBLISHED)

    def public_by_key(self, keys: Sequence[int]) -> dict[int, Item]:
        """Those of `keys` that are public.

        The state is looked at here: SQLite, asked for both, goes through all that are
        public, and not through the keys.
        """
        found = self.order_by().in_bulk(keys)
        return {key: item for key, item in found.items() if item.is_public}

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """What has a page for `user`; a withdrawn item's says that it is gone."""
        return self if user.is_staff else self.exclude(state=State.DRAFT)

    def listed_for(self, user: User | AnonymousUser) -> Self:
        """What stands on the shelves: a curator also sees what is being prepared."""
        return self.exclude(state=State.WITHDRAWN) if user.is_staff else self.public()

    def made_by(self, agent: Agent) -> Self:
        return self.filter(pk__in=agent.contributions.values("item"))

    def launchable(self) -> Self:
        # Exists, not a join: nothing is there twice, so nothing has to be sorted.
        packages = apps.get_model("catalogue", "Package")._default_manager
        published = packages.filter(item=OuterRef("pk"), state=State.PUBLISHED)
        return self.filter(Exists(published))

    def with_screenshot(self) -> Self:
        media = apps.get_model("catalogue", "Media")._default_manager
        return self.filter(Exists(media.filter(item=OuterRef("pk"), kind="screenshot")))

    def newest_first(self) -> Self:
        return self.order_by("-published_at", "-pk")

    def featured(self) -> Item | None:
        """What stands on the front page: of those that may the newest, or of all."""
        newest = self.newest_first()
        return newest.filter(is_featured=True).first() or newest.first()

    def for_cards(self) -> Self:
        """With everything that a card shows, in a fixed number of queries."""
        contributions = Contribution.objects.select_related("agent")
        return self.select_related("collection").prefetch_related(
            "media", "packages", Prefetch("contributions", contributions)
        )

    def for_page(self) -> Self:
        """With everything that an item's page shows, in a fixed number of queries."""
        return self.for_cards().prefetch_related("subjects", "identifiers")

    def for_description(self) -> Self:
        """With everything that describing.record_of() says, in a fixed number of
        queries: one more for each level of collections, to a depth of eight."""
        around = "__".join(["collection", *["parent"] * LEVELS])
        return self.for_page().prefetch_related(around, "packages__parts")

    @transaction.atomic
    def delete(self) -> tuple[int, dict[str, int]]:
        """With a tombstone for harvesters."""
        oai.retire(map(source_of, self.values_list("pk", flat=True)))
        return super().delete()


class Item(models.Model):
    """One preserved piece of software, as the catalogue describes it."""

    slug = models.SlugField(max_length=100, unique=True)
    # Minted when it is published, and never changed, given away or given back.
    ark = models.CharField(
        "ARK", max_length=60, unique=True, null=True, blank=True, editable=False
    )
    title = models.CharField(max_length=300)
    alternative_title = models.CharField(max_length=300, blank=True)
    version = models.CharField(
        max_length=100, blank=True, help_text="Of the software, as its makers wrote it."
    )
    collection = models.ForeignKey(Collection, models.PROTECT, related_name="items")
    issued = models.CharField(
        "date issued",
        max_length=40,
        blank=True,
        validators=[RegexValidator(dates.PATTERN, dates.HINT)],
        help_text=dates.HINT,
    )
    language = models.CharField(
        max_length=35,
        blank=True,
        help_text="Of the program's words: a code such as eng, en or pt-BR.",
    )
    abstract = models.TextField(blank=True)
    significance = models.TextField("why it matters", blank=True)
    platform = models.CharField(
        max_length=200, blank=True, help_text="What it was made for: IBM PC, MS-DOS 5."
    )
    system_requirements = models.TextField(blank=True)
    subjects = models.ManyToManyField(Subject, blank=True, related_name="items")
    rights_uri = models.URLField(
        "rights statement", max_length=500, blank=True, help_text="A URI, if one fits."
    )
    rights_text = models.TextField("rights in words", blank=True)
    is_featured = models.BooleanField(
        "featured", default=False, help_text="May stand on the front page."
    )

    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(
        blank=True, help_text="Shown to visitors on the page that remains."
    )
    embargo_until = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="Shown to everybody from then on.",
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
    )
    unavailable_reason = models.TextField(
        blank=True, help_text="Why it cannot be launched, while it has no package."
    )
    # What harvesters go by. Services move it, and only for a real change: auto_now
    # would send them the whole catalogue after each import.
    changed_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = ItemQuerySet.as_manager()

    class Meta:
        ordering = ["title", "pk"]
        indexes = [models.Index(fields=["state", "-published_at"])]
        constraints = [
            models.CheckConstraint(
                name="item_states_are_known",
                condition=Q(state__in=State.values),
            ),
            models.CheckConstraint(
                name="only_draft_items_were_never_published",
                condition=Q(state=State.DRAFT, published_at=None)
                | (~Q(state=State.DRAFT) & Q(published_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="what_everybody_sees_is_under_no_embargo",
                condition=~Q(state=State.PUBLISHED) | Q(embargo_until=None),
            ),
            models.CheckConstraint(
                name="only_withdrawn_items_are_merged",
                condition=Q(state=State.WITHDRAWN) | Q(merged_into=None),
            ),
            models.CheckConstraint(
                name="no_item_is_merged_into_itself",
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")),
            ),
            models.CheckConstraint(
                name="only_withdrawn_items_have_a_withdrawal",
                condition=Q(state=State.WITHDRAWN, withdrawn_at__isnull=False)
                | (~Q(state=State.WITHDRAWN) & Q(withdrawn_at=None)),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("item", args=[self.slug])

    @transaction.atomic
    def delete(  # Django's signature
        self,
        *args: Any,  # noqa: ANN401
        **kwargs: Any,  # noqa: ANN401
    ) -> tuple[int, dict[str, int]]:
        """With a tombstone for harvesters."""
        oai.retire([source_of(self.pk)])
        return super().delete(*args, **kwargs)

    @property
    def is_draft(self) -> bool:
        return self.state == State.DRAFT

    @property
    def is_public(self) -> bool:
        return self.state == State.PUBLISHED

    @property
    def is_withdrawn(self) -> bool:
        return self.state == State.WITHDRAWN

    @property
    def is_under_embargo(self) -> bool:
        return self.embargo_until is not None

    @property
    def year(self) -> str:
        return dates.year(self.issued)

    @property
    def issued_in_words(self) -> str:
        return dates.in_words(self.issued)

    @property
    def language_in_words(self) -> str:
        return languages.in_words(self.language)

    @property
    def rights_in_words(self) -> str:
        return rights.in_words(self.rights_uri)

    @property
    def screenshots(self) -> list[Media]:
        return [media for media in self.media.all() if media.kind == "screenshot"]

    @property
    def documents(self) -> list[Media]:
        return [media for media in self.media.all() if media.kind != "screenshot"]

    @property
    def cover(self) -> Media | None:
        return next(iter(self.screenshots), None)

    @property
    def makers(self) -> list[str]:
        """The names of the creators, or of whoever published it where none is known."""
        return self._names_of(Role.CREATOR) or self._names_of(Role.PUBLISHER)

    @property
    def public_packages(self) -> list[Package]:
        """Newest first."""
        return [package for package in self.packages.all() if package.is_published]

    def current_package(self) -> Package | None:
        """The newest published version, which is what Launch runs."""
        return next(iter(self.public_packages), None)

    def public_package(self, number: int) -> Package | None:
        """The published version with this number."""
        same = (package for package in self.public_packages if package.number == number)
        return next(same, None)

    def _names_of(self, role: Role) -> list[str]:
        return [
            contribution.agent.name
            for contribution in self.contributions.all()
            if contribution.role == role
        ]
