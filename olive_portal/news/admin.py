from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from olive_portal.news.models import Post

if TYPE_CHECKING:
    PostRows = admin.ModelAdmin[Post]
else:
    PostRows = admin.ModelAdmin


@admin.register(Post)
class PostAdmin(PostRows):
    list_display = ["title", "published_at", "is_draft"]
    list_filter = ["is_draft"]
    search_fields = ["title", "summary", "body"]
    date_hierarchy = "published_at"
    prepopulated_fields = {"slug": ["title"]}
