"""Which bytes are the same bytes: the name of a package in the cache.

An address and its strong validators make the key, by the recipe of VMNetX (spec 5.5).
A launch URL is another one for each session, so where the entity tag names the SHA-256
of the bytes, only the origin of the address counts. It always counts: what one server
sends is never taken for another's.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from vmnetx.package.http import Identity, label

_DIGEST = re.compile(r'"sha-?256:([0-9a-f]{64})"')


@dataclass(frozen=True)
class Name:
    """What the cache calls a package. Nothing in it is secret."""

    key: str
    size: int
    sha256: str | None
    """What the bytes must have in the end; None: the server does not say."""
    label: str
    """The origin and the file's name, for people."""


def name(url: str, identity: Identity) -> Name | None:
    """The package's name; None where nothing tells its bytes from later ones."""
    if identity.etag is None:
        return None
    origin = _origin(url)
    sha256 = sha256_in(identity.etag)
    if sha256 is None:
        text = key_text(url, identity.etag, identity.last_modified)
    else:
        text = key_text(f"{origin}/", identity.etag, None)
    return Name(digest(text), identity.size, sha256, label(url))


def sha256_in(etag: str) -> str | None:
    """The portal's entity tag is `"sha256:<digest>"`; others may do the same."""
    match = _DIGEST.fullmatch(etag)
    return match and match[1]


def key_text(url: str, etag: str | None, last_modified: str | None) -> str:
    """The text whose SHA-256 is the key, as VMNetX wrote it, but for the query.

    It left that out (spec 10.4.4), so that /get?id=1 and /get?id=2 were one package.
    """
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    fields = {
        "etag": etag,
        "last-modified": last_modified and _iso(last_modified),
        "url": f"{_origin(url)}{parts.path}{query}",
    }
    # Python 2's separators: with them the keys are the original's.
    return json.dumps(fields, indent=2, separators=(", ", ": "), sort_keys=True)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _iso(http_date: str) -> str:
    try:
        return parsedate_to_datetime(http_date).isoformat()
    except ValueError:
        return http_date
