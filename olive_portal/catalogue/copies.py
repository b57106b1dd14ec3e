"""Pages that are the same for every visitor, kept for a moment.

Whoever has a session cookie gets a page of their own: a curator sees drafts, a player
what runs for them. All others share a copy, which is never older than SECONDS, and
never older than the last change of what the public may see: a withdrawal shows at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers

from olive_portal.catalogue.models import SearchRevision

# What no revision counts may be so old: news on the front page, a full house.
SECONDS = 10
# Caches may keep the page, and ask each time whether it is still the same.
SHARED, OWN = "public, no-cache", "private, no-cache"
# What makes a page somebody's own: being known, and a message that is to be shown.
OWN_COOKIES = (settings.SESSION_COOKIE_NAME, "messages")


P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def shared(view: View[P]) -> View[P]:
    """`view`, whose successful answers to strangers are kept and shared."""

    @wraps(view)
    def answer(
        request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        if any(name in request.COOKIES for name in OWN_COOKIES):
            own = view(request, *args, **kwargs)
            own.headers["Cache-Control"] = OWN
            return own
        key = _key(request)
        response: HttpResponse | None = caches["pages"].get(key)
        if response is None:
            response = view(request, *args, **kwargs)
            if response.status_code != 200 or response.cookies:
                return response
            _prepare(response)
            caches["pages"].set(key, response, SECONDS)
        etag = response.headers["ETag"]
        return get_conditional_response(request, etag=etag, response=response) or (
            response
        )

    return answer


def _prepare(response: HttpResponse) -> None:
    digest = hashlib.sha256(response.content).hexdigest()[:32]
    response.headers["ETag"] = f'"{digest}"'
    response.headers["Cache-Control"] = SHARED
    patch_vary_headers(response, ["Cookie"])


def _key(request: HttpRequest) -> str:
    """Of the page as it is after the last change, in one query."""
    revision = SearchRevision.objects.values_list("epoch", "number").first()
    asked = f"{request.get_full_path()} {request.headers.get('Accept')} {revision}"
    return hashlib.sha256(asked.encode()).hexdigest()
