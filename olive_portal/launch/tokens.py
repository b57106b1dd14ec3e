"""Launch tokens: what lets a machine's disk be read while its session is open.

A token is signed, not secret in itself, but whoever holds it can read the package: it
stays out of logs. It names a session, its package, the session's nonce and who it was
made for; all else is in the session's row. docs/reference/launch-tokens.md is the
contract with the outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.text import slugify

from olive_portal.catalogue.models import Package
from olive_portal.launch.errors import BadToken
from olive_portal.launch.models import Session

# Part of the signature, so that nothing else we sign can pass for a launch token.
SALT = "olive_portal.launch.tokens"


class Reader(StrEnum):
    """Who a token was made for. Only a visitor's own computer keeps a session alive."""

    SERVER = "server"
    DESKTOP = "desktop"


@dataclass(frozen=True)
class Grant:
    """What a good token opens."""

    session: Session
    reader: Reader

    @property
    def package(self) -> Package:
        return self.session.package


def issue(session: Session, *, reader: Reader = Reader.SERVER) -> str:
    claims = [session.pk.hex, session.package_id, session.token_nonce, reader]
    return signing.dumps(claims, salt=SALT)


def read(token: str) -> Grant:
    """What the token opens, as of now; one query. Raises BadToken."""
    lifetime = settings.OLIVE_LAUNCH_TOKEN_HOURS * 3600
    try:
        claims = signing.loads(token, salt=SALT, max_age=lifetime)
    except signing.BadSignature:
        # The cause would carry the token into a traceback.
        raise BadToken("This link is not valid, or no longer.") from None
    session_id, package_id, nonce, reader = claims
    session = (
        Session.objects.open()
        .filter(pk=session_id, package=package_id, token_nonce=nonce)
        .select_related("package")
        .first()
    )
    if session is None:
        raise BadToken("The session that this link belongs to has ended.")
    return Grant(session, Reader(reader))


def package_url(session: Session, *, reader: Reader = Reader.SERVER) -> str:
    """Where the session's package is read from, by HEAD and Range requests."""
    path = reverse(
        "launch-package", args=[issue(session, reader=reader), name(session.package)]
    )
    return f"{settings.BASE_URL}{path}"


def desktop_url(session: Session) -> str:
    """What makes a browser start the desktop client on the package."""
    return f"vmnetx+{package_url(session, reader=Reader.DESKTOP)}"


def name(package: Package) -> str:
    """The package's name in a URL, without `.nxpk`."""
    return slugify(package.name) or "package"
