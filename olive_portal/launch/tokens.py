"""Launch tokens: what lets a machine's disk be read while its session is open.

A token is signed, not secret in itself, but whoever holds it can read the package: it
stays out of logs. It names a session, its package and the session's nonce; all else is
in the session's row. docs/reference/launch-tokens.md is the contract with the outside.
"""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.text import slugify

from olive_portal.catalogue.models import Package
from olive_portal.launch.errors import BadToken
from olive_portal.launch.models import Session

# Part of the signature, so that nothing else we sign can pass for a launch token.
SALT = "olive_portal.launch.tokens"


def issue(session: Session) -> str:
    claims = [session.pk.hex, session.package_id, session.token_nonce]
    return signing.dumps(claims, salt=SALT)


def read(token: str) -> Session:
    """The open session that it is of, by one query. Raises BadToken."""
    lifetime = settings.OLIVE_LAUNCH_TOKEN_HOURS * 3600
    try:
        claims = signing.loads(token, salt=SALT, max_age=lifetime)
    except signing.BadSignature:
        # The cause would carry the token into a traceback.
        raise BadToken("This link is not valid, or no longer.") from None
    # Earlier releases had a fourth claim, and machines may still read by it.
    session_id, package_id, nonce, *_ = claims
    session = (
        Session.objects.open()
        .filter(pk=session_id, package=package_id, token_nonce=nonce)
        .select_related("package")
        .first()
    )
    if session is None:
        raise BadToken("The session that this link belongs to has ended.")
    return session


def package_url(session: Session) -> str:
    """Where the session's package is read from, by HEAD and Range requests."""
    path = reverse("launch-package", args=[issue(session), name(session.package)])
    return f"{settings.BASE_URL}{path}"


def desktop_url(session: Session) -> str:
    """What makes a browser start the desktop client; "" while there is nothing to open.

    A thick client is started on the package, a thin one on the machine's screen.
    """
    if session.is_thick and session.is_open:
        return f"vmnetx+{package_url(session)}"
    return session.gateway_url


def name(package: Package) -> str:
    """The package's name in a URL, without `.nxpk`."""
    return slugify(package.name) or "package"
