"""What the API shows of the catalogue, field by field."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from olive_portal.api.addresses import absolute
from olive_portal.catalogue import dates
from olive_portal.catalogue.models import (
    Agent,
    Collection,
    Contribution,
    Identifier,
    Item,
    Media,
    Package,
)
from olive_portal.launch import tokens
from olive_portal.launch.models import Client, Session


class CollectionRecord(serializers.ModelSerializer[Collection]):
    parent = serializers.SerializerMethodField(  # type: ignore[assignment]
        help_text="The slug of the one around it."
    )
    item_count = serializers.IntegerField(
        read_only=True, help_text="Published items in it, not counting those inside."
    )
    page = serializers.SerializerMethodField(help_text="Its page for people.")

    class Meta:
        model = Collection
        fields = ["slug", "title", "abstract", "parent", "item_count", "page"]

    def get_parent(self, collection: Collection) -> str | None:
        return collection.parent.slug if collection.parent else None

    def get_page(self, collection: Collection) -> str:
        return absolute(collection.get_absolute_url())


class AgentRecord(serializers.ModelSerializer[Agent]):
    class Meta:
        model = Agent
        fields = ["id", "name", "kind", "uri"]


class ContributionRecord(serializers.ModelSerializer[Contribution]):
    agent = AgentRecord(read_only=True)

    class Meta:
        model = Contribution
        fields = ["role", "agent"]


class IdentifierRecord(serializers.ModelSerializer[Identifier]):
    class Meta:
        model = Identifier
        fields = ["scheme", "value"]


class MediaRecord(serializers.ModelSerializer[Media]):
    url = serializers.SerializerMethodField()

    class Meta:
        model = Media
        fields = ["kind", "url", "media_type", "alt", "caption", "width", "height"]

    def get_url(self, media: Media) -> str:
        return absolute(media.file.url)


class PackageRecord(serializers.ModelSerializer[Package]):
    item = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)

    class Meta:
        model = Package
        fields = [
            "id",
            "item",
            "number",
            "name",
            "state",
            "published_at",
            "size",
            "sha256",
            "arch",
            "vcpus",
            "memory_bytes",
            "disk_format",
            "disk_virtual_size",
            "has_memory_image",
            "memory_binding",
            "limit_mouse_rate_hz",
            "network",
        ]


class ItemRecord(serializers.ModelSerializer[Item]):
    # What an old record gives for a date may be anything.
    issued = serializers.CharField(read_only=True, help_text=dates.HINT)
    collection = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    subjects = serializers.SlugRelatedField[Any](
        slug_field="term", read_only=True, many=True
    )
    contributions = ContributionRecord(many=True, read_only=True)
    identifiers = IdentifierRecord(many=True, read_only=True)
    media = MediaRecord(many=True, read_only=True)
    packages = serializers.SerializerMethodField(
        help_text="The published versions of its machine, newest first."
    )
    page = serializers.SerializerMethodField(help_text="Its page for people.")

    class Meta:
        model = Item
        fields = [
            "slug",
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
            "subjects",
            "contributions",
            "identifiers",
            "rights_uri",
            "rights_text",
            "state",
            "published_at",
            "changed_at",
            "unavailable_reason",
            "media",
            "packages",
            "page",
        ]

    @extend_schema_field(PackageRecord(many=True))
    def get_packages(self, item: Item) -> Any:  # noqa: ANN401  # rendered rows
        for package in item.public_packages:
            # It is at hand: asking each package for it would be a query each.
            package.item = item
        return PackageRecord(item.public_packages, many=True).data

    def get_page(self, item: Item) -> str:
        return absolute(item.get_absolute_url())


class ViewerRecord(serializers.Serializer[Any]):
    url = serializers.CharField(help_text="A WebSocket that speaks RFB, as noVNC does.")
    token = serializers.CharField(help_text="Opens it, for as long as the session is.")


class SessionRecord(serializers.ModelSerializer[Session]):
    item = serializers.CharField(source="package.item.slug", read_only=True)
    package = serializers.IntegerField(source="package_id", read_only=True)
    viewer = serializers.SerializerMethodField(help_text="While it runs.")
    desktop_url = serializers.SerializerMethodField(
        help_text="Opens it in the desktop client: the screen of a machine that runs "
        "here, or the package, for one that runs there."
    )

    class Meta:
        model = Session
        fields = [
            "id",
            "item",
            "package",
            "client",
            "state",
            "reason",
            "created_at",
            "running_at",
            "ended_at",
            "viewer",
            "desktop_url",
        ]

    @extend_schema_field(ViewerRecord(allow_null=True))
    def get_viewer(self, session: Session) -> dict[str, str] | None:
        if not (session.is_running and session.viewer_token):
            return None
        return {"url": session.viewer_url, "token": session.viewer_token}

    def get_desktop_url(self, session: Session) -> str | None:
        return tokens.desktop_url(session) or None


class LaunchInput(serializers.Serializer[Any]):
    item = serializers.SlugField(help_text="The title's slug.")
    version = serializers.IntegerField(
        required=False, min_value=1, help_text="Of the package; else the newest."
    )
    client = serializers.ChoiceField(
        Client.choices,
        default=Client.THIN,
        help_text="Where its machine runs: here, or on the caller's own computer.",
    )


class FacetValue(serializers.Serializer[Any]):
    value = serializers.CharField(help_text="As it is asked for.")
    label = serializers.CharField()  # type: ignore[assignment]  # a field's name
    count = serializers.IntegerField(help_text="As if nothing else of it were chosen.")


class Hit(serializers.Serializer[Any]):
    excerpt = serializers.CharField(
        help_text="HTML: where the words are, in mark elements; empty without words."
    )
    item = ItemRecord()


class SearchAnswer(serializers.Serializer[Any]):
    total = serializers.IntegerField()
    corrected = serializers.CharField(
        help_text="Looked for instead, since the words as typed found nothing."
    )
    suggestion = serializers.CharField(help_text="For words that found little.")
    facets = serializers.DictField(child=FacetValue(many=True), help_text="By name.")
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = Hit(many=True)
