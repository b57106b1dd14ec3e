"""The catalogue: reading by anybody, and drafts by those who may describe."""

from __future__ import annotations

from typing import Any, cast

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.permissions import BasePermission, IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from olive_portal.api import asking
from olive_portal.api.addresses import absolute
from olive_portal.api.conditions import check_if_match, etag
from olive_portal.api.drafts import ChangeInput, NewDraftInput, description
from olive_portal.api.problems import Withdrawn
from olive_portal.api.serializers import (
    AgentRecord,
    CollectionRecord,
    ItemRecord,
    PackageRecord,
)
from olive_portal.api.views.endpoint import Endpoint, user_of
from olive_portal.catalogue.models import Agent, Collection, Item, Package
from olive_portal.preservation import services

RIGHTS = {"POST": "catalogue.add_item", "PATCH": "catalogue.change_item"}

NEW_DRAFT = OpenApiExample(
    "A draft",
    {
        "slug": "adventure",
        "title": "Adventure",
        "collection": "games",
        "issued": "1976",
        "subjects": ["Interactive fiction"],
        "contributions": [{"role": "creator", "agent": {"name": "Crowther, Will"}}],
    },
    request_only=True,
)
CHANGE = OpenApiExample(
    "A change", {"abstract": "A cave, in words."}, request_only=True
)


class MayDescribe(BasePermission):
    """Staff with the right that the admin asks for. Others read."""

    message = "Only curators may describe titles."

    def has_permission(self, request: Request, _view: APIView) -> bool:
        right = RIGHTS.get(request.method or "")
        return right is None or (request.user.is_staff and request.user.has_perm(right))


DESCRIBING = [IsAuthenticatedOrReadOnly, MayDescribe]


class Collections(Endpoint, generics.ListAPIView[Collection]):
    """All collections."""

    serializer_class = CollectionRecord
    queryset = Collection.objects.with_item_counts().select_related("parent")


class OneCollection(Endpoint, generics.RetrieveAPIView[Collection]):
    """One collection."""

    serializer_class = CollectionRecord
    queryset = Collections.queryset
    lookup_field = "slug"


class Agents(Endpoint, generics.ListAPIView[Agent]):
    """The makers and publishers of what one may see."""

    asks = asking.AgentFilter
    serializer_class = AgentRecord
    queryset = Agent.objects.all()

    @extend_schema(parameters=[asking.AgentFilter])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Agent]:
        agents = _agents(self.request)
        if name := asking.read(self.request, asking.AgentFilter).get("name"):
            agents = agents.filter(name__icontains=name)
        return agents


class OneAgent(Endpoint, generics.RetrieveAPIView[Agent]):
    """One agent."""

    serializer_class = AgentRecord
    queryset = Agent.objects.all()

    def get_queryset(self) -> QuerySet[Agent]:
        return _agents(self.request)


class Packages(Endpoint, generics.ListAPIView[Package]):
    """The machines that one may see: facts, sizes, digests."""

    asks = asking.PackageFilter
    serializer_class = PackageRecord
    queryset = Package.objects.all()

    @extend_schema(parameters=[asking.PackageFilter])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Package]:
        asked = asking.read(self.request, asking.PackageFilter)
        packages = _packages(self.request)
        if item := asked.get("item"):
            packages = packages.filter(item__slug=item)
        if sha256 := asked.get("sha256"):
            packages = packages.filter(sha256=sha256)
        return packages


class OnePackage(Endpoint, generics.RetrieveAPIView[Package]):
    """One package."""

    serializer_class = PackageRecord
    queryset = Package.objects.all()

    def get_queryset(self) -> QuerySet[Package]:
        return _packages(self.request)


class Items(Endpoint, generics.ListAPIView[Item]):
    asks = asking.ItemFilter
    permission_classes = DESCRIBING
    serializer_class = ItemRecord
    queryset = Item.objects.all()

    @extend_schema(parameters=[asking.ItemFilter])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401
        """The titles that one may see; curators see drafts among them."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        request=NewDraftInput, responses={201: ItemRecord}, examples=[NEW_DRAFT]
    )
    def post(self, request: Request) -> Response:
        """Make a draft."""
        asked = NewDraftInput(data=request.data)
        asked.is_valid(raise_exception=True)
        item = services.make_draft(
            slug=asked.validated_data["slug"],
            description=description(asked.validated_data),
            actor=user_of(request),
        )
        answer = _answer(_one(request, item.slug), status.HTTP_201_CREATED)
        answer["Location"] = absolute(f"{request.path}/{item.slug}")
        return answer

    def get_queryset(self) -> QuerySet[Item]:
        asked = asking.read(self.request, asking.ItemFilter)
        items = Item.objects.listed_for(self.request.user)
        if state := asked.get("state"):
            items = items.filter(state=state)
        if collection := asked.get("collection"):
            items = items.filter(collection__slug=collection)
        if agent := asked.get("agent"):
            items = items.filter(contributions__agent=agent).distinct()
        return items.for_page()


class OneItem(Endpoint, APIView):
    permission_classes = DESCRIBING

    @extend_schema(responses=ItemRecord)
    def get(self, request: Request, slug: str) -> Response:
        """One title. Its ETag is what a change of it has to name."""
        return _answer(_one(request, slug))

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "If-Match",
                str,
                OpenApiParameter.HEADER,
                required=True,
                description="The ETag of the state that is changed.",
            )
        ],
        request=ChangeInput,
        responses=ItemRecord,
        examples=[CHANGE],
    )
    def patch(self, request: Request, slug: str) -> Response:
        """Change a title's description. What is left out stays as it is; a list is
        replaced whole."""
        asked = ChangeInput(data=request.data)
        asked.is_valid(raise_exception=True)
        with transaction.atomic():
            # Held to the end: nobody changes it between the check and our change.
            get_object_or_404(Item.objects.select_for_update(), slug=slug)
            item = _one(request, slug)
            check_if_match(request, etag(ItemRecord(item).data))
            services.describe(
                item=item,
                description=description(asked.validated_data),
                actor=user_of(request),
            )
        return _answer(_one(request, slug))


def _agents(request: Request) -> QuerySet[Agent]:
    shown = Item.objects.listed_for(request.user)
    return Agent.objects.filter(contributions__item__in=shown).distinct()


def _packages(request: Request) -> QuerySet[Package]:
    packages = Package.objects.select_related("item")
    if request.user.is_staff:
        return packages
    return cast("QuerySet[Package]", packages.public())


def _one(request: Request, slug: str) -> Item:
    """Raises Http404, Withdrawn."""
    visible = Item.objects.visible_to(request.user).for_page()
    item = get_object_or_404(visible, slug=slug)
    if item.is_withdrawn:
        raise Withdrawn(item.withdrawn_reason or None)
    return item


def _answer(item: Item, status: int = 200) -> Response:
    record = ItemRecord(item).data
    return Response(record, status=status, headers={"ETag": etag(record)})
