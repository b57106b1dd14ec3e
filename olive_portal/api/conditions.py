"""ETags of single records, and who may change one that has them (RFC 9110, 13)."""

from __future__ import annotations

import hashlib
from typing import Any

from django.utils.http import parse_etags
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from olive_portal.api.problems import Changed, Unconditional


def etag(record: Any) -> str:  # noqa: ANN401  # whatever a serializer makes
    """Strong: of the very bytes that are sent."""
    body = JSONRenderer().render(record)
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def check_if_match(request: Request, current: str) -> None:
    """Raises Unconditional, Changed."""
    condition = request.headers.get("If-Match", "")
    if not condition:
        raise Unconditional
    asked = parse_etags(condition)
    if asked != ["*"] and current not in asked:
        raise Changed
