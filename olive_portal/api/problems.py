"""Errors as RFC 9457 says: application/problem+json."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.views import set_rollback

MEDIA_TYPE: Final = "application/problem+json"


class Problem(serializers.Serializer[Any]):
    """What went wrong, for a person, and for a program by its status."""

    type = serializers.CharField(help_text="Always about:blank: the status says it.")
    title = serializers.CharField(help_text="The status in words.")
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="A sentence about this very request.")
    errors = serializers.DictField(  # type: ignore[assignment]  # a field's name
        required=False, help_text="What is wrong with which field."
    )


class Withdrawn(exceptions.APIException):
    status_code = HTTPStatus.GONE
    default_detail = "This title was withdrawn."


class Conflict(exceptions.APIException):
    status_code = HTTPStatus.CONFLICT


class NotNow(exceptions.APIException):
    """Worth another try."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE


class Changed(exceptions.APIException):
    status_code = HTTPStatus.PRECONDITION_FAILED
    default_detail = "It has changed since. Get it again, and look what is new."


class Unconditional(exceptions.APIException):
    status_code = HTTPStatus.PRECONDITION_REQUIRED
    default_detail = "Say with If-Match which state you change: the ETag of your GET."


class TooMany(exceptions.Throttled):
    """One may not have so many; the sentence says of what."""

    def __init__(self, sentence: str, *, retry_after: int) -> None:
        super().__init__(wait=retry_after)
        self.detail = exceptions.ErrorDetail(sentence, "throttled")


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """What the client gets; None for a mistake of ours, which becomes a 500."""
    error = _of_the_framework(error)
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(error.status_code).phrase,
        "status": int(error.status_code),
        "detail": str(error.detail),
    }
    if isinstance(error, exceptions.ValidationError):
        problem["detail"] = "Some of what was sent is not as it should be."
        problem["errors"] = _by_field(error.detail)
    return Response(
        problem,
        status=error.status_code,
        headers=_headers(error),
        content_type=MEDIA_TYPE,
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """After a mistake of ours: in JSON for programs, a page for people."""
    if not request.path_info.startswith("/api/"):
        return defaults.server_error(request)
    problem = {
        "type": "about:blank",
        "title": HTTPStatus.INTERNAL_SERVER_ERROR.phrase,
        "status": 500,
        "detail": "Something is wrong on our side. It has been written down.",
    }
    return JsonResponse(problem, status=500, content_type=MEDIA_TYPE)


def _of_the_framework(error: Exception) -> Exception:
    if isinstance(error, Http404):
        return exceptions.NotFound("There is nothing at this address.")
    if isinstance(error, ValidationError):
        # Somebody else took the address between our check and our change.
        return exceptions.ValidationError(error.message_dict)
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    return error


def _by_field(detail: Any) -> dict[str, Any]:  # noqa: ANN401  # nested as the input is
    return detail if isinstance(detail, dict) else {"non_field_errors": detail}


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return headers
