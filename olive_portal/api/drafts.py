"""What a curator's program may say of a title."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from olive_portal.catalogue.models import (
    Agent,
    AgentKind,
    Collection,
    Identifier,
    Item,
    Role,
)
from olive_portal.preservation.describing import Description, Part

FIELDS = [
    "title",
    "alternative_title",
    "version",
    "collection",
    "issued",
    "language",
    "platform",
    "abstract",
    "significance",
    "system_requirements",
    "rights_uri",
    "rights_text",
    "subjects",
    "contributions",
    "identifiers",
]
MOST = 200


class Text(serializers.CharField):
    """A string, where the framework would make one of a number too."""

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


# No docstrings here: what there is of them stands on the page of the API.
class Strict(serializers.Serializer[Any]):
    def to_internal_value(self, data: Any) -> Any:  # noqa: ANN401  # any JSON value
        sent = data if isinstance(data, dict) else {}
        wrong = {
            name: ["Not a valid string."]
            for name, value in sent.items()
            if isinstance(self.fields.get(name), serializers.CharField)
            and not isinstance(value, str)
        }
        if wrong:
            raise serializers.ValidationError(wrong)
        return super().to_internal_value(data)


class AgentInput(Strict, serializers.ModelSerializer[Agent]):
    """Found by its URI, or else by name and kind; made where it is not known yet."""

    kind = serializers.ChoiceField(choices=AgentKind.choices, default=AgentKind.PERSON)
    uri = serializers.URLField(max_length=500, default="", allow_blank=True)

    class Meta:
        model = Agent
        fields = ["name", "kind", "uri"]
        # They say that it must be new, and it need not be.
        validators: list[Any] = []


class ContributionInput(Strict):
    role = serializers.ChoiceField(choices=Role.choices)
    agent = AgentInput()


class IdentifierInput(Strict, serializers.ModelSerializer[Identifier]):
    class Meta:
        model = Identifier
        fields = ["scheme", "value"]


class DraftInput(Strict, serializers.ModelSerializer[Item]):
    collection = serializers.SlugRelatedField(
        slug_field="slug", queryset=Collection.objects.all()
    )
    subjects = serializers.ListField(
        child=Text(max_length=200), required=False, max_length=MOST
    )
    contributions = serializers.ListField(
        child=ContributionInput(), required=False, max_length=MOST
    )
    identifiers = serializers.ListField(
        child=IdentifierInput(), required=False, max_length=MOST
    )

    class Meta:
        model = Item
        fields = FIELDS


# Not `partial`, which would leave out what is inside of lists too.
class ChangeInput(DraftInput):
    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields: dict[str, serializers.Field[Any, Any, Any, Any]] = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields


class NewDraftInput(DraftInput):
    class Meta(DraftInput.Meta):
        fields = ["slug", *FIELDS]


def description(asked: dict[str, Any]) -> Description:
    """What was asked, checked, as the service takes it."""
    fields = {name: value for name, value in asked.items() if name in FIELDS}
    subjects = fields.pop("subjects", None)
    contributions = fields.pop("contributions", None)
    identifiers = fields.pop("identifiers", None)
    return Description(
        fields=fields,
        subjects=None if subjects is None else list(dict.fromkeys(subjects)),
        parts=None if contributions is None else [_part(c) for c in contributions],
        identifiers=None
        if identifiers is None
        else [(i["scheme"], i["value"]) for i in identifiers],
    )


def _part(contribution: dict[str, Any]) -> Part:
    return Part(role=contribution["role"], **contribution["agent"])
