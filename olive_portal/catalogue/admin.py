"""Where curators describe. What changes the state of an item or a package is an action
that the preservation room adds to these pages, since it also records an event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db import models, transaction
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from typing_extensions import override

from olive_portal.catalogue import services
from olive_portal.catalogue.forms import MediaForm
from olive_portal.catalogue.models import (
    Agent,
    Collection,
    Contribution,
    Identifier,
    Item,
    Media,
    Package,
    Subject,
)
from olive_portal.catalogue.templatetags.sizes import size

if TYPE_CHECKING:
    # The generic parameters exist for the type checker only.
    FollowedBase = admin.ModelAdmin[Any]
    AgentBase = admin.ModelAdmin[Agent]
    CollectionBase = admin.ModelAdmin[Collection]
    ItemBase = admin.ModelAdmin[Item]
    PackageBase = admin.ModelAdmin[Package]
    SubjectBase = admin.ModelAdmin[Subject]
    ContributionBase = admin.TabularInline[Contribution, Item]
    IdentifierBase = admin.TabularInline[Identifier, Item]
    MediaBase = admin.StackedInline[Media, Item]
    PackageInlineBase = admin.TabularInline[Package, Item]
    Formset = BaseInlineFormSet[Any, Item, Any]
else:
    # A mixin: the class beside it brings the methods that super() finds.
    FollowedBase = object
    AgentBase = CollectionBase = ItemBase = PackageBase = admin.ModelAdmin
    SubjectBase = admin.ModelAdmin
    ContributionBase = IdentifierBase = PackageInlineBase = admin.TabularInline
    MediaBase = admin.StackedInline

# What somebody means who leaves the scheme out; Django 6 will take it for granted.
URL_FIELDS: Mapping[type[models.Field[Any, Any]], Mapping[str, Any]] = {
    models.URLField: {"assume_scheme": "https"}
}

admin.site.site_header = "Olive"
admin.site.site_title = "Olive"
admin.site.index_title = "Curate"


class Followed(FollowedBase):
    """What is saved or deleted here reaches harvesters in the same transaction."""

    @override
    def save_related(
        self,
        request: HttpRequest,
        form: Any,
        formsets: Any,
        change: bool,
    ) -> None:
        super().save_related(request, form, formsets, change)
        services.follow_up()

    @override
    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        services.follow_up()

    @override
    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        super().delete_queryset(request, queryset)
        services.follow_up()


@admin.register(Collection)
class CollectionAdmin(Followed, CollectionBase):
    list_display = ["title", "parent", "tint", "position"]
    list_editable = ["position"]
    list_filter = ["parent"]
    list_select_related = ["parent"]
    search_fields = ["title", "abstract"]
    autocomplete_fields = ["parent"]
    prepopulated_fields = {"slug": ["title"]}


@admin.register(Agent)
class AgentAdmin(Followed, AgentBase):
    formfield_overrides = URL_FIELDS
    list_display = ["name", "kind", "uri"]
    list_filter = ["kind"]
    search_fields = ["name", "uri"]


@admin.register(Subject)
class SubjectAdmin(Followed, SubjectBase):
    formfield_overrides = URL_FIELDS
    list_display = ["term", "kind", "uri"]
    list_filter = ["kind"]
    search_fields = ["term", "uri"]


class ContributionInline(ContributionBase):
    model = Contribution
    extra = 0
    autocomplete_fields = ["agent"]


class IdentifierInline(IdentifierBase):
    model = Identifier
    extra = 0


class MediaInline(MediaBase):
    model = Media
    form = MediaForm
    extra = 0
    readonly_fields = ["facts"]

    @admin.display(description="what it is")
    def facts(self, media: Media) -> str:
        if not media.width:
            return media.media_type or "read from the file when it is saved"
        return f"{media.media_type}, {media.width} x {media.height} pixels"


class PackageInline(PackageInlineBase):
    """For reading: a package comes in by ingest, which reads these facts from it."""

    model = Package
    extra = 0
    can_delete = False
    show_change_link = True
    fields = ["number", "state", "published_at", "size_in_words", "sha256", "network"]
    readonly_fields = [
        "number",
        "state",
        "published_at",
        "size_in_words",
        "sha256",
        "network",
    ]

    def has_add_permission(
        self, _request: HttpRequest, _obj: Item | None = None
    ) -> bool:
        return False

    @admin.display(description="size")
    def size_in_words(self, package: Package) -> str:
        return size(package.size)


@admin.register(Item)
class ItemAdmin(Followed, ItemBase):
    formfield_overrides = URL_FIELDS
    list_display = ["title", "state", "collection", "year", "platform", "changed_at"]
    list_filter = ["state", "is_featured", "collection"]
    list_select_related = ["collection"]
    search_fields = ["title", "alternative_title", "slug", "identifiers__value"]
    date_hierarchy = "changed_at"
    autocomplete_fields = ["collection", "subjects"]
    prepopulated_fields = {"slug": ["title"]}
    readonly_fields = ["state", "published_at", "withdrawn_at", "changed_at"]
    inlines = [ContributionInline, IdentifierInline, MediaInline, PackageInline]
    save_on_top = True
    fieldsets = [
        (None, {"fields": ["title", "alternative_title", "slug", "collection"]}),
        (
            "The program",
            {
                "fields": [
                    ("version", "issued"),
                    ("platform", "language"),
                    "abstract",
                    "significance",
                    "system_requirements",
                    "subjects",
                ]
            },
        ),
        ("Rights", {"fields": ["rights_uri", "rights_text"]}),
        (
            "In the house",
            {
                "fields": [
                    "is_featured",
                    ("state", "changed_at"),
                    ("published_at", "withdrawn_at"),
                    "withdrawn_reason",
                    "unavailable_reason",
                ]
            },
        ),
    ]

    def has_delete_permission(
        self, request: HttpRequest, obj: Item | None = None
    ) -> bool:
        """Only drafts: what was published is withdrawn, and its page says so."""
        is_draft = obj is not None and obj.is_draft
        return is_draft and super().has_delete_permission(request, obj)


@admin.register(Package)
class PackageAdmin(Followed, PackageBase):
    """For reading, but for the network, which is a decision and not a fact."""

    list_display = ["item", "number", "state", "size_in_words", "arch", "published_at"]
    list_filter = ["state", "arch", "network"]
    list_select_related = ["item"]
    search_fields = ["item__title", "name", "sha256"]
    fields = [
        "item",
        ("number", "state", "published_at"),
        "name",
        "size_in_words",
        "sha256",
        ("arch", "vcpus", "memory"),
        ("disk_format", "disk", "has_memory_image"),
        "continues_on",
        "limit_mouse_rate_hz",
        "network",
    ]
    readonly_fields = [
        "item",
        "number",
        "state",
        "published_at",
        "name",
        "size_in_words",
        "sha256",
        "arch",
        "vcpus",
        "memory",
        "disk_format",
        "disk",
        "has_memory_image",
        "continues_on",
        "limit_mouse_rate_hz",
    ]

    @admin.display(description="size")
    def size_in_words(self, package: Package) -> str:
        return f"{size(package.size)} ({package.size} bytes)"

    @admin.display(description="memory")
    def memory(self, package: Package) -> str:
        return size(package.memory_bytes)

    @admin.display(description="memory image continues on")
    def continues_on(self, package: Package) -> str:
        if not package.has_memory_image:
            return "There is none."
        facts = package.memory_binding
        if not facts:
            return "It does not say: each server tries it, and boots where it fails."
        return (
            f"QEMU {facts['qemu_version']} or newer, {facts['machine']}, "
            f"{facts['accelerator']}, {facts['cpu']}, hardware {facts['hardware']}. "
            "Other servers boot it."
        )

    @admin.display(description="disk size")
    def disk(self, package: Package) -> str:
        return size(package.disk_virtual_size)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: Package | None = None
    ) -> bool:
        """Only drafts, one at a time."""
        is_draft = obj is not None and obj.published_at is None
        return is_draft and super().has_delete_permission(request, obj)
