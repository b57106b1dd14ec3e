from __future__ import annotations

from rest_framework.pagination import CursorPagination


class Pages(CursorPagination):
    """Pages that neither repeat nor skip a row while others come and go: a link names
    the last row seen, not a count."""

    ordering = "pk"
    page_size = 50
    max_page_size = 200
    page_size_query_param = "limit"
    page_size_query_description = "How many rows a page has, at most 200."
    cursor_query_description = "Which page: taken from next or previous."
