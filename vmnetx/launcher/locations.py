"""What `open` accepts, and what it stands for (spec 3.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from vmnetx.errors import Refused
from vmnetx.package import reference

PORT: Final = 18923
MAX_TOKEN: Final = 1024
"""Characters; those that servers make have 37."""
_LOCAL_HOSTS: Final = {"", "localhost"}


class BadLocation(Refused):
    """What was given names nothing that can be opened. The command reports it."""


@dataclass(frozen=True)
class Remote:
    """A session on a server. The token opens it, so the value's text leaves it out."""

    host: str
    port: int
    token: str = field(repr=False)


@dataclass(frozen=True)
class WebPackage:
    """A package on a web server, at an http or https URL that may hold a secret."""

    url: str = field(repr=False)


@dataclass(frozen=True)
class FilePackage:
    """A package on this computer."""

    path: Path


Location = Remote | WebPackage | FilePackage


def resolve(argument: str) -> Location:
    """Say what `argument` stands for: a URL, the path of a package or of a reference.

    A file is looked into, nothing else is touched. Raises BadLocation.
    """
    parts = _split(argument)
    if not parts.scheme:
        return _from_path(Path(argument))
    opener = SCHEMES.get(parts.scheme)
    if opener is None:
        known = ", ".join(f"{scheme}:" for scheme in sorted(SCHEMES))
        raise BadLocation(f"{parts.scheme}: URLs not supported. There are {known}")
    return opener(argument)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # it is read, and refused, only when it is asked for
    except ValueError as error:
        raise BadLocation(f"The URL cannot be read: {error}") from None
    return parts


def _from_path(path: Path) -> Location:
    if not path.exists():
        raise BadLocation(f"{path}: there is no such file")
    try:
        url = reference.read(path)
    except reference.BadReference as error:
        raise BadLocation(f"{path.name}: {error}") from error
    except OSError as error:
        raise BadLocation(f"{path}: {error.strerror}") from error
    return FilePackage(path.absolute()) if url is None else resolve(url)


def _from_file_url(url: str) -> Location:
    parts = _split(url)
    if parts.netloc not in _LOCAL_HOSTS:
        raise BadLocation(f"{parts.netloc} in a file: URL: only local files are opened")
    path = unquote(parts.path)
    if not path.startswith("/") or "\0" in path:
        raise BadLocation("A file: URL needs an absolute path")
    return _from_path(Path(path))


def _from_web(url: str) -> Location:
    parts = _split(url)
    if not parts.hostname:
        raise BadLocation("The URL has no host name")
    if parts.username is not None or parts.password is not None:
        raise BadLocation(
            "The URL has a user name in it; packages behind a password are not opened. "
            "Ask for a link of their own, as the portal makes them"
        )
    return WebPackage(url)


def _from_prefixed_web(url: str) -> Location:
    return _from_web(url[len("vmnetx+") :])


def _from_session(url: str) -> Location:
    parts = _split(url)
    if not parts.hostname:
        raise BadLocation("The vmnetx: URL has no host name")
    if parts.username is not None:
        raise BadLocation("The vmnetx: URL has a user name in it; it takes none")
    # As in 2015: opaque, and not percent-decoded.
    token = parts.path.lstrip("/")
    if not token:
        raise BadLocation("The vmnetx: URL has no token behind the host name")
    if len(token) > MAX_TOKEN or not (token.isascii() and token.isprintable()):
        raise BadLocation("The token in the vmnetx: URL is not one")
    return Remote(parts.hostname, parts.port or PORT, token)


SCHEMES: Final[Mapping[str, Callable[[str], Location]]] = {
    "vmnetx": _from_session,
    "vmnetx+http": _from_prefixed_web,
    "vmnetx+https": _from_prefixed_web,
    "http": _from_web,
    "https": _from_web,
    "file": _from_file_url,
}
