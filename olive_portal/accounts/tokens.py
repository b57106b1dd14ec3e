"""API tokens: made, recognised, revoked.

A token is 256 random bits, so a plain digest of it is as good as a slow one: there is
nothing to guess.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone

from olive_portal.accounts.models import ApiToken, User

# Whoever finds one where it should not be knows what it is.
PREFIX: Final = "olive_"
SHOWN_LETTERS: Final = len(PREFIX) + 5
# One use is written down this often: a program asks many times a second.
USE_PRECISION: Final = timedelta(minutes=1)


def make(*, user: User, name: str) -> tuple[ApiToken, str]:
    """A new token's row, and the token itself, which nobody can show again."""
    secret = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken.objects.create(
        user=user, name=name, digest=_digest(secret), start=secret[:SHOWN_LETTERS]
    )
    return row, secret


def recognise(secret: str) -> ApiToken | None:
    """The token's row, with its user, if it may be used; and its use is noted."""
    found = ApiToken.objects.live().filter(digest=_digest(secret))
    token = found.select_related("user").first()
    if token is not None:
        now = timezone.now()
        long_ago = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_PRECISION)
        if token.last_used_at is None or token.last_used_at < now - USE_PRECISION:
            ApiToken.objects.filter(long_ago, pk=token.pk).update(last_used_at=now)
    return token


def revoke(*, token: ApiToken) -> None:
    """From now on it opens nothing. Harmless twice."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(
        revoked_at=timezone.now()
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
