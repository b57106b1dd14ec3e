"""What items share or repeat: makers, subjects, identifiers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class AgentKind(models.TextChoices):
    PERSON = "person"
    ORGANIZATION = "organization"


class Agent(models.Model):
    """A person or an organization that had a part in making or publishing software."""

    name = models.CharField(max_length=200)
    kind = models.CharField(
        max_length=12, choices=AgentKind.choices, default=AgentKind.PERSON
    )
    uri = models.URLField(
        "authority URI",
        max_length=500,
        blank=True,
        help_text="Where an authority file describes it: Wikidata, VIAF, LCNAF.",
    )

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="agent_kinds_are_known",
                condition=Q(kind__in=AgentKind.values),
            ),
            models.UniqueConstraint(
                name="one_agent_for_an_authority_uri",
                fields=["uri"],
                condition=~Q(uri=""),
            ),
            models.UniqueConstraint(
                name="one_agent_for_a_name_without_uri",
                fields=["name", "kind"],
                condition=Q(uri=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SubjectKind(models.TextChoices):
    TOPIC = "topic", "what it is about"
    GENRE = "genre", "what kind of program it is"


class Subject(models.Model):
    """What a program is about or of what kind it is, in the words of a vocabulary."""

    term = models.CharField(max_length=200, unique=True)
    kind = models.CharField(
        max_length=5, choices=SubjectKind.choices, default=SubjectKind.TOPIC
    )
    uri = models.URLField("authority URI", max_length=500, blank=True)

    class Meta:
        ordering = ["term"]
        constraints = [
            models.CheckConstraint(
                name="subject_kinds_are_known",
                condition=Q(kind__in=SubjectKind.values),
            )
        ]

    def __str__(self) -> str:
        return self.term


class Role(models.TextChoices):
    CREATOR = "creator"
    CONTRIBUTOR = "contributor"
    PROGRAMMER = "programmer"
    PUBLISHER = "publisher"
    DISTRIBUTOR = "distributor"


class Contribution(models.Model):
    """One agent's part in one item."""

    item = models.ForeignKey(
        "catalogue.Item", models.CASCADE, related_name="contributions"
    )
    agent = models.ForeignKey(Agent, models.PROTECT, related_name="contributions")
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.CREATOR)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="contribution_roles_are_known",
                condition=Q(role__in=Role.values),
            ),
            models.UniqueConstraint(
                name="an_agent_has_a_role_once",
                fields=["item", "agent", "role"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent} ({self.get_role_display().lower()})"


class Identifier(models.Model):
    """A name that some scheme (ark, doi, isbn, wikidata, local …) gives to an item."""

    item = models.ForeignKey(
        "catalogue.Item", models.CASCADE, related_name="identifiers"
    )
    scheme = models.SlugField(max_length=30)
    value = models.CharField(max_length=200)

    class Meta:
        ordering = ["scheme", "value"]
        constraints = [
            models.UniqueConstraint(
                name="an_item_has_an_identifier_once",
                fields=["item", "scheme", "value"],
            )
        ]
        indexes = [models.Index(fields=["scheme", "value"])]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"
