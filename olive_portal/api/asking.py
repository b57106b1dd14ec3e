"""What may stand after the `?` of an address, checked like any other input."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from olive_portal.catalogue.models import State
from olive_portal.catalogue.search.facets import FACETS, Facet
from olive_portal.catalogue.search.questions import MOST_PAGES, MOST_VALUES, Sort
from olive_portal.catalogue.search.words import MOST_LETTERS


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


class SearchQuestion(serializers.Serializer[Any]):
    q = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=MOST_LETTERS,
        help_text="Words that titles, makers, subjects, texts and manuals may hold.",
    )
    sort = serializers.ChoiceField(choices=list(Sort), required=False)
    page = serializers.IntegerField(
        required=False, min_value=1, max_value=MOST_PAGES, help_text="Of 24 titles."
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {
            **super().get_fields(),
            **{facet.name: _facet_values(facet) for facet in FACETS},
        }


def _facet_values(facet: Facet) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(max_length=300),
        required=False,
        max_length=MOST_VALUES,
        help_text=f"{facet.title}: one value or more, as the answer gives them.",
    )


def read(request: Request, kind: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    """What was asked for. Raises ValidationError."""
    query = request.query_params
    known = kind().fields
    # Not the QueryDict itself: an empty word would pass for one that was left out.
    asked = {
        name: query.getlist(name) if _is_list(known.get(name)) else query[name]
        for name in query
    }
    question = kind(data=asked)
    question.is_valid(raise_exception=True)
    return dict(question.validated_data)


def _is_list(field: object) -> bool:
    return isinstance(field, serializers.ListField)
