"""The body of POST /instance, read with suspicion."""

from __future__ import annotations

import json
from typing import Any, cast, get_args

from vmnetx.errors import Refused
from vmnetx.machine.options import Network
from vmnetx.server.registry import Wish

MAX_BODY = 64 * 1024
MAX_USER_IDENT = 256
NETWORKS = get_args(Network)


def read_wish(body: bytes) -> Wish:
    """Raises Refused. Fields that nobody knows are left alone, as in 2015."""
    fields = _fields(body)
    user_ident = fields.get("user_ident")
    if user_ident is not None:
        user_ident = _text("user_ident", user_ident, MAX_USER_IDENT)
    network = fields.get("network", "none")
    if network not in NETWORKS:
        raise Refused('network must be "none", "restricted" or "user"')
    start = fields.get("start", False)
    if not isinstance(start, bool):
        raise Refused("start must be true or false")
    url = _text("url", fields.get("url"), MAX_BODY)
    return Wish(url, user_ident, cast("Network", network), start)


def _fields(body: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused("Invalid request JSON") from None
    if not isinstance(fields, dict):
        raise Refused("The request must be a JSON object")
    if "url" not in fields:
        raise Refused("Invalid or missing argument: url")
    return fields


def _text(name: str, value: object, limit: int) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= limit:
        raise Refused(f"{name} must be a text of 1 to {limit} characters")
    if not value.isprintable():
        raise Refused(f"{name} holds a character that cannot be shown")
    return value
