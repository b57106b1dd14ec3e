from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from olive_portal.releases.forms import ReleaseFileForm
from olive_portal.releases.models import Release, ReleaseFile

if TYPE_CHECKING:
    # The generic parameters exist for the type checker only.
    FileRows = admin.TabularInline[ReleaseFile, Release]
    ReleaseRows = admin.ModelAdmin[Release]
else:
    FileRows = admin.TabularInline
    ReleaseRows = admin.ModelAdmin


class ReleaseFileInline(FileRows):
    model = ReleaseFile
    form = ReleaseFileForm
    extra = 0
    fields = ["name", "platform", "file", "size", "sha256"]
    readonly_fields = ["size", "sha256"]


@admin.register(Release)
class ReleaseAdmin(ReleaseRows):
    list_display = ["version", "released_on", "is_required", "is_draft"]
    list_filter = ["is_draft", "is_required"]
    search_fields = ["version", "changes"]
    inlines = [ReleaseFileInline]
