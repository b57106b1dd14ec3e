"""The names and secrets of an instance (spec 2.5), and how secrets are compared."""

from __future__ import annotations

import base64
import hmac
import secrets

DEFAULT_PORT = 18923


def instance_id(random: bytes | None = None) -> str:
    """16 characters of base32: 10 random bytes. A name, not a secret."""
    return base64.b32encode(random or secrets.token_bytes(10)).decode()


def auth_code(random: bytes | None = None) -> str:
    """20 characters of URL-safe base64: 15 random bytes, 120 bits."""
    return base64.urlsafe_b64encode(random or secrets.token_bytes(15)).decode()


def viewer_token() -> str:
    """Its own secret: who may watch in a browser cannot speak the 2015 protocol."""
    return secrets.token_urlsafe(24)


def instance_url(host: str, port: int, token: str) -> str:
    """vmnetx://HOST/ID/AUTHCODE, with the port where it is not the usual one."""
    place = in_url(host) if port == DEFAULT_PORT else f"{in_url(host)}:{port}"
    return f"vmnetx://{place}/{token}"


def in_url(host: str) -> str:
    """An IPv6 address has brackets there."""
    return f"[{host}]" if ":" in host else host


def is_same(given: str, secret: str) -> bool:
    """Compare in constant time. Headers may hold bytes that are no text."""
    return hmac.compare_digest(
        given.encode(errors="surrogateescape"), secret.encode(errors="surrogateescape")
    )
