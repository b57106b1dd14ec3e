from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.views import APIView

from olive_portal.api.addresses import absolute

KEY = re.compile("[0-9]{1,18}")
LIMIT = re.compile("[0-9]{1,9}")
Rows = QuerySet[Any] | Sequence[Any]


class Pages(CursorPagination):
    """Pages that neither repeat nor skip a row while others come and go: a link names
    the last row seen, not a count."""

    ordering = "pk"
    page_size = 50
    max_page_size = 200
    page_size_query_param = "limit"
    page_size_query_description = "How many rows a page has, at most 200."
    cursor_query_description = "Which page: taken from next or previous."

    def paginate_queryset(
        self, queryset: Rows, request: Request, view: APIView | None = None
    ) -> list[Any] | None:
        rows: list[Any] | None = super().paginate_queryset(queryset, request, view)
        self.base_url = absolute(request.get_full_path())
        return rows

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Raises NotFound, also where a cursor names no row that could be."""
        cursor = super().decode_cursor(request)
        place = None if cursor is None else cursor.position
        if place is not None and not self.is_place(str(place)):
            raise NotFound(self.invalid_cursor_message)
        return cursor

    def is_place(self, text: str) -> bool:
        return bool(KEY.fullmatch(text))

    def get_page_size(self, request: Request) -> int:
        """Raises ValidationError, where the framework would take the usual size."""
        asked = request.query_params.get("limit")
        if asked is None:
            return self.page_size
        if not LIMIT.fullmatch(asked) or not 1 <= int(asked) <= self.max_page_size:
            raise ValidationError(
                {"limit": f"A number from 1 to {self.max_page_size}."}
            )
        return int(asked)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:  # noqa: ANN401
        parameters = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"] |= {"minimum": 1, "maximum": self.max_page_size}
        return parameters


class NewestFirst(Pages):
    ordering = "-created_at"

    def is_place(self, text: str) -> bool:
        try:
            moment = parse_datetime(text)
        except ValueError:
            return False
        return moment is not None and is_aware(moment)
