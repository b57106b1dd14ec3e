"""What leads to the rest: the addresses, the description, and the page to try it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from olive_portal.api import manual
from olive_portal.api.addresses import absolute
from olive_portal.api.views.endpoint import Endpoint

PLACES = [
    "search",
    "collections",
    "items",
    "packages",
    "agents",
    "sessions",
    "openapi",
    "docs",
]


class Root(Endpoint, APIView):
    @extend_schema(responses={200: {"type": "object"}})
    def get(self, request: Request) -> Response:
        """Where things are."""
        places = {name: reverse(f"api-{name}") for name in PLACES}
        return Response({name: absolute(place) for name, place in places.items()})


class OpenApi(Endpoint, APIView):
    schema = None

    def get(self, _request: Request) -> Response:
        return Response(manual.document())


class Nowhere(Endpoint, APIView):
    """A problem in JSON, where a page would be of no use."""

    schema = None

    def initial(self, request: Request, *_args: Any, **_kwargs: Any) -> None:  # noqa: ANN401
        raise Http404


@require_safe
@conditional_page
@cache_control(private=True, no_cache=True)
def docs(request: HttpRequest) -> HttpResponse:
    return render(request, "api/docs.html", {"manual": manual.read()})
