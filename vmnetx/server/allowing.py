"""Which packages may be opened: what the operator named, and nothing else.

Whoever holds the API's key must not be able to make this host fetch an address of its
own network, or read a file of its own disk (spec 10.2.1, 10.2.8).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from vmnetx.errors import Refused

MAX_URL = 8192
PORTS = {"http": 80, "https": 443}
# RFC 3986's characters. Libraries disagree about the rest (backslashes, blanks), and a
# URL must mean the same host to us, to `requests` and to QEMU's curl.
_SOUND = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]!$&'()*+,;=%]+")
_AUTHORITY = re.compile(r"(?:[A-Za-z0-9.\-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_DOTS = re.compile(r"(?:^|/)(?:\.|%2e){1,2}(?:/|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Origin:
    """http(s)://HOST[:PORT][/PATH]: addresses below PATH on exactly that origin."""

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def parse(cls, text: str) -> Origin:
        """Raises ValueError with a sentence when `text` is no origin."""
        parts = _split(text)
        if parts.scheme not in PORTS or parts.query:
            raise ValueError("an origin starts with http:// or https://, has no query")
        return cls(*_place(parts), parts.path.rstrip("/"))

    def covers(self, parts: SplitResult) -> bool:
        if (self.scheme, self.host, self.port) != _place(parts):
            return False
        return parts.path == self.path or parts.path.startswith(self.path + "/")


@dataclass(frozen=True)
class AllowList:
    origins: tuple[Origin, ...] = ()
    folders: tuple[Path, ...] = ()

    def location(self, url: str) -> str | Path:
        """Where the bytes of an allowed URL are: a URL, or a file's real path.

        Raises Refused. A file is looked at through every symbolic link.
        """
        try:
            parts = _split(url)
        except ValueError as error:
            raise Refused(f"The package's URL is not allowed: {error}") from None
        if parts.scheme == "file":
            return self._file(parts)
        if parts.scheme not in PORTS:
            raise Refused("The package's URL is not http, https or file")
        if not any(origin.covers(parts) for origin in self.origins):
            raise Refused("Packages from this origin are not allowed")
        return url

    def _file(self, parts: SplitResult) -> Path:
        # One answer for what is outside, missing or unreadable: it tells nothing.
        refusal = Refused("The package's file is not in an allowed folder")
        if parts.netloc not in {"", "localhost"} or parts.query:
            raise refusal
        try:
            path = Path(unquote(parts.path)).resolve(strict=True)
        except (OSError, ValueError, RuntimeError):
            raise refusal from None
        if not any(path.is_relative_to(folder) for folder in self.folders):
            raise refusal
        return path


def _split(url: str) -> SplitResult:
    if len(url) > MAX_URL:
        raise ValueError(f"it is longer than {MAX_URL} characters")
    if _SOUND.fullmatch(url) is None:
        # An @ is not among them either: nobody's user name passes for a host.
        raise ValueError("it holds a character that has no place there")
    parts = urlsplit(url)
    if parts.fragment or (parts.netloc and not _AUTHORITY.fullmatch(parts.netloc)):
        raise ValueError("it is not a plain address")
    if parts.scheme in PORTS and not parts.netloc:
        raise ValueError("it names no host")
    if parts.port == 0:  # urlsplit itself raises ValueError for what is no port
        raise ValueError("it names no port")
    if _DOTS.search(parts.path):
        raise ValueError("its path climbs")
    return parts


def _place(parts: SplitResult) -> tuple[str, str, int]:
    port = parts.port
    if port is None:
        port = PORTS.get(parts.scheme, 0)
    return parts.scheme, parts.hostname or "", port
