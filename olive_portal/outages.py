"""A database that is away, or busy for too long, is no fault of the page that asked."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import get_template

logger = logging.getLogger(__name__)
RETRY_SECONDS = 30


class Outages:
    """Answers 503 where a view met an OperationalError, and says when to come again."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._answer(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        if not isinstance(exception, OperationalError):
            return None
        logger.error("The database failed at %s: %s", request.path, exception)
        # Without the request: whoever is signed in is known to the database only.
        page = get_template("503.html").render()
        headers = {"Retry-After": str(RETRY_SECONDS), "Cache-Control": "no-store"}
        return HttpResponse(page, status=503, headers=headers)
