from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest

from olive_portal.accounts import tokens
from olive_portal.accounts.models import ApiToken, User

if TYPE_CHECKING:
    TokenRows = admin.ModelAdmin[ApiToken]
else:
    TokenRows = admin.ModelAdmin

COLUMNS = ("name", "start", "user", "created_at", "last_used_at", "revoked_at")

admin.site.register(User, UserAdmin)


@admin.register(ApiToken)
class ApiTokenAdmin(TokenRows):
    """For seeing and revoking: each user makes their own, at /account/api-tokens."""

    list_display = COLUMNS
    list_select_related = ["user"]
    search_fields = ["name", "start", "user__username"]
    fields = COLUMNS
    readonly_fields = COLUMNS
    actions = ["revoke_tokens"]

    @admin.action(description="Revoke", permissions=["delete"])
    def revoke_tokens(self, request: HttpRequest, rows: QuerySet[ApiToken]) -> None:
        for token in rows:
            tokens.revoke(token=token)
        self.message_user(request, "They open nothing any more.")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: ApiToken | None = None
    ) -> bool:
        return False
