"""Resumption tokens: where a list goes on, signed, with nothing kept on the server.

Base64url and two full stops, which no client and no proxy rewrites. The verb and the
whole selection are inside, so that a token fits the list it came from and no other.
"""

from __future__ import annotations

import json
from binascii import Error as BadBase64
from dataclasses import astuple, dataclass
from datetime import timedelta

from django.core import signing
from django.utils import timezone

from olive_portal.oai.arguments import Selection
from olive_portal.oai.errors import Code, Problem, Refused

# Part of the signature, so that nothing else we sign can pass for such a token.
SALT = "olive_portal.oai.tokens"
# DRIVER asks for a day at least: a harvester may sleep over a weekend's end.
LIFETIME = timedelta(days=2)


@dataclass(frozen=True)
class Place:
    """The end of a delivered page: its last record, and how much came so far."""

    verb: str
    selection: Selection
    stamp: str
    key: int
    delivered: int
    total: int


def expiration() -> str:
    """When a token that is issued now expires."""
    return (timezone.now() + LIFETIME).strftime("%Y-%m-%dT%H:%M:%SZ")


def issue(place: Place) -> str:
    claims = [*astuple(place)]
    content = json.dumps(claims, separators=(",", ":")).encode()
    return _signer().sign(signing.b64_encode(content).decode())


def read(token: str, verb: str) -> Place:
    """Where the list of `verb` goes on. Raises Refused."""
    try:
        content = _signer().unsign(token, max_age=LIFETIME)
        claimed, selection, *rest = json.loads(signing.b64_decode(content.encode()))
    except signing.SignatureExpired:
        raise _refused("The token has expired; begin the list again.") from None
    except (signing.BadSignature, BadBase64, ValueError):
        raise _refused("This is no token of this repository.") from None
    if claimed != verb:
        raise _refused(f"The token belongs to {claimed}.")
    return Place(claimed, Selection(*selection), *rest)


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=SALT, sep=".")


def _refused(message: str) -> Refused:
    return Refused(Problem(Code.BAD_RESUMPTION_TOKEN, message))
