"""What drf-spectacular cannot see by itself: our tokens, errors and conditions."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction, OpenApiResponse
from rest_framework import serializers
from rest_framework.generics import ListAPIView

from olive_portal.api.problems import MEDIA_TYPE, Problem

ALWAYS: Final = {
    401: "A token is missing, unknown or revoked.",
    406: "It is there in other media types only.",
    429: "Too much was asked for: Retry-After says when to go on.",
}
NOT_FOUND: Final = {404: "There is nothing here, or nothing that one may see."}
OF_INPUT: Final = {400: "What was sent is not as it should be."}
OF_A_BODY: Final = OF_INPUT | {415: "The body has to be JSON."}
OF_A_CHANGE: Final = {403: "Only curators may describe titles."}
BY_OPERATION: Final = {
    "items_retrieve": {410: "The title was withdrawn; the detail says why."},
    "items_create": OF_A_CHANGE,
    "items_partial_update": OF_A_CHANGE
    | {
        410: "The title was withdrawn.",
        412: "It has changed since.",
        428: "If-Match is missing.",
    },
    "sessions_create": NOT_FOUND
    | {409: "The title cannot be run now; the detail says why."},
    "sessions_screenshot_retrieve": {
        409: "The program is not running.",
        503: "The computer that runs it did not answer.",
    },
}


class Described(AutoSchema):
    def _get_response_bodies(self, direction: Direction = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for status, text in sorted(self._problems().items()):
            bodies[str(status)] = self._get_response_for_code(  # type: ignore[no-untyped-call]
                OpenApiResponse(Problem, text), str(status), [MEDIA_TYPE], direction
            )
        return bodies

    def get_serializer_name(
        self, serializer: serializers.Serializer[Any], direction: Direction
    ) -> str:
        name: str = super().get_serializer_name(serializer, direction)
        return name.removesuffix("Record")

    def get_paginated_name(self, serializer_name: str) -> str:
        return f"{serializer_name}Page"

    def _problems(self) -> dict[int, str]:
        problems = dict(ALWAYS)
        is_list = self.method == "GET" and isinstance(self.view, ListAPIView)
        if "{" in self.path or is_list:
            problems |= NOT_FOUND
        if is_list or self.path.endswith("/search"):
            problems |= OF_INPUT
        if self.method in {"POST", "PATCH"}:
            problems |= OF_A_BODY
        return problems | BY_OPERATION.get(self.get_operation_id(), {})


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "olive_portal.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
