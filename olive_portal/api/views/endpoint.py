from __future__ import annotations

from typing import Any, cast

from django.utils.cache import patch_cache_control, patch_vary_headers
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from olive_portal.accounts.models import User
from olive_portal.api.paging import Pages


class Endpoint(APIView):
    """What all our addresses have in common."""

    is_fleeting = False
    """Whether an answer is true for a moment only, and must be kept nowhere."""

    asks: type[serializers.Serializer[Any]] | None = None
    """What may stand after the `?`, beside what leads from page to page."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().initial(request, *args, **kwargs)
        known = set(self.asks().fields) if self.asks else set()
        if isinstance(self, ListAPIView):
            known |= {Pages.cursor_query_param, Pages.page_size_query_param}
        # A word with a slip in it would be answered with more than was asked for.
        if unknown := request.query_params.keys() - known:
            raise ValidationError(dict.fromkeys(unknown, "Not known here."))

    def finalize_response(
        self,
        request: Request,
        response: Response,
        *args: Any,  # noqa: ANN401
        **kwargs: Any,  # noqa: ANN401
    ) -> Response:
        final = super().finalize_response(request, response, *args, **kwargs)
        if self.is_fleeting:
            patch_cache_control(final, private=True, no_store=True)
        elif "Authorization" in request.headers:
            patch_cache_control(final, private=True, no_cache=True)
        else:
            # A proxy may keep it, and asks each time whether it is still so.
            patch_cache_control(final, public=True, no_cache=True)
        patch_vary_headers(final, ["Authorization"])
        return final


def user_of(request: Request) -> User:
    """The signed-in user; where a permission has made sure that there is one."""
    return cast("User", request.user)
