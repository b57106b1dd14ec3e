from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpRequest

from olive_portal.launch.models import Session

if TYPE_CHECKING:
    SessionRows = admin.ModelAdmin[Session]
else:
    SessionRows = admin.ModelAdmin


@admin.register(Session)
class SessionAdmin(SessionRows):
    """For looking a visitor's reference up. Nothing is changed here: states move by
    services and tasks alone."""

    list_display = ["id", "package", "client", "state", "created_at", "reason"]
    list_filter = ["client", "state"]
    list_select_related = ["package__item"]
    search_fields = ["id", "package__item__title"]
    date_hierarchy = "created_at"
    # Secrets of a session that somebody may still be using.
    exclude = ["visitor", "token_nonce", "viewer_token", "viewer_url", "gateway_url"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Session | None = None
    ) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: Session | None = None
    ) -> bool:
        return False
