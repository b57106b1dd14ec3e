"""Programs launch titles, watch them, look at their screens and end them.

A session here is its token's user's: every token of theirs sees it, and nobody else,
not even the same person's browser.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from olive_portal.api.addresses import absolute
from olive_portal.api.paging import NewestFirst
from olive_portal.api.problems import Conflict, NotNow, TooMany
from olive_portal.api.serializers import LaunchInput, SessionRecord
from olive_portal.api.throttles import ForScreenshots, WithToken
from olive_portal.api.views.endpoint import Endpoint, user_of
from olive_portal.catalogue.models import Item, Package
from olive_portal.launch import services
from olive_portal.launch.errors import NoAnswer, NotRunning, TooManyLaunches
from olive_portal.launch.models import Client, Session

LAUNCH = {"item": "grub-invaders"}


class OwnSessions(Endpoint):
    permission_classes = [IsAuthenticated]
    is_fleeting = True


class Sessions(OwnSessions, generics.ListAPIView[Session]):
    pagination_class = NewestFirst
    serializer_class = SessionRecord
    queryset = Session.objects.all()

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401
        """One's own sessions, newest first, the ended ones too."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        request=LaunchInput,
        examples=[OpenApiExample("A launch", LAUNCH, request_only=True)],
        responses={
            200: OpenApiResponse(SessionRecord, "It was open already."),
            201: SessionRecord,
        },
    )
    def post(self, request: Request) -> Response:
        """Launch a title. Who has it open already gets that session."""
        asked = LaunchInput(data=request.data)
        asked.is_valid(raise_exception=True)
        package = _package(asked.validated_data)
        asked_at = timezone.now()
        try:
            session = services.request_session(
                package=package,
                visitor=visitor_of(request),
                client=Client(asked.validated_data["client"]),
            )
        except TooManyLaunches as error:
            raise TooMany(str(error), retry_after=error.retry_after) from error
        is_new = session.created_at >= asked_at
        place = reverse("api-session", args=[session.pk])
        return Response(
            SessionRecord(session).data,
            status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK,
            headers={"Location": absolute(place)},
        )

    def get_queryset(self) -> QuerySet[Session]:
        return _own(self.request)


class OneSession(OwnSessions, APIView):
    @extend_schema(responses=SessionRecord)
    def get(self, request: Request, pk: UUID) -> Response:
        """Watch a session. While somebody does, it is not ended for being idle."""
        session = get_object_or_404(_own(request), pk=pk)
        services.note_watching(session=session)
        return Response(SessionRecord(session).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """End a session. Harmless twice."""
        session = get_object_or_404(_own(request), pk=pk)
        services.end_session(session=session)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Screenshot(OwnSessions, APIView):
    throttle_classes = [WithToken, ForScreenshots]

    @extend_schema(responses={(200, "image/png"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        """The machine's screen as of now. Waits for its host a few seconds."""
        session = get_object_or_404(_own(request), pk=pk)
        try:
            png = services.take_screenshot(session=session)
        except NotRunning as error:
            raise Conflict(str(error)) from error
        except NoAnswer as error:
            raise NotNow(str(error)) from error
        return HttpResponse(png, content_type="image/png")


def _package(wanted: dict[str, Any]) -> Package:
    item = get_object_or_404(Item.objects.public(), slug=wanted["item"])
    if number := wanted.get("version"):
        if package := item.public_package(number):
            return package
        raise NotFound(f"This title has no version {number}.")
    if package := item.current_package():
        return package
    raise Conflict(item.unavailable_reason or "This title has no package.")


def visitor_of(request: Request) -> str:
    """Who they are to the launch room. A browser's word is never like this one."""
    return f"api:{user_of(request).pk}"


def _own(request: Request) -> QuerySet[Session]:
    own = Session.objects.filter(visitor=visitor_of(request))
    return own.select_related("package__item")
