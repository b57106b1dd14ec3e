from __future__ import annotations

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from olive_portal.accounts import tokens
from olive_portal.accounts.models import ApiToken, User

SCHEME = "bearer"


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer olive_…`. No cookies: no other site can act for a user."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != SCHEME.encode():
            return None
        token = tokens.recognise(words[1].decode("latin-1")) if words[1:] else None
        if token is None or words[2:]:
            raise AuthenticationFailed("This token is not known, or was revoked.")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Olive"'
