from __future__ import annotations

from django.db import models


class State(models.TextChoices):
    """Where an item or a package stands in the house: who may see it."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
