"""What may stand after the `?` of an address, checked like any other input."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from olive_portal.catalogue.models import State


class ItemFilter(serializers.Serializer[Any]):
    collection = serializers.SlugField(
        required=False, help_text="Items of this collection, by its slug."
    )
    agent = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**63 - 1,
        help_text="Items that this agent had a part in.",
    )
    state = serializers.ChoiceField(
        choices=[State.PUBLISHED, State.DRAFT],
        required=False,
        help_text="Drafts are there for curators only.",
    )


class PackageFilter(serializers.Serializer[Any]):
    item = serializers.SlugField(
        required=False, help_text="Packages of this item, by its slug."
    )
    sha256 = serializers.RegexField(
        "^[0-9a-f]{64}$", required=False, help_text="The package with these bytes."
    )


class AgentFilter(serializers.Serializer[Any]):
    name = serializers.CharField(
        required=False,
        max_length=200,
        help_text="Agents with this in their name, in small letters or capitals.",
    )


def read(request: Request, kind: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    """What was asked for. Raises ValidationError."""
    question = kind(data=request.query_params)
    question.is_valid(raise_exception=True)
    return dict(question.validated_data)
