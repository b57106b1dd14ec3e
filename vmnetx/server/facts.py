"""instance.json: what an instance is, kept where the next server finds it.

Nothing of it changes while the instance lives, so it is written once, before anybody
hears of the instance. Whether its machine runs is the machine's own record's to say.
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import cast

from vmnetx.errors import BadPackage
from vmnetx.machine.disk import SERVED, DiskSource
from vmnetx.machine.options import Network
from vmnetx.package import domain
from vmnetx.package.archive import Member
from vmnetx.package.domain import Domain
from vmnetx.package.http import Identity

FILENAME = "instance.json"
MAX_BYTES = 4 * 1024 * 1024

# The XML names its own encoding; this one gives any bytes back as they were.
ENCODING = "latin-1"


class Spoilt(Exception):
    """The file is no instance's. Who restores instances removes its folder."""


@dataclass(frozen=True)
class Facts:
    """One instance's names, secrets, package and wishes."""

    id: str
    auth_code: str = field(repr=False)
    viewer_token: str = field(repr=False)
    vm_name: str
    user_ident: str | None
    network: Network
    location: str = field(repr=False)
    """The package: an absolute path, or an URL that may hold a token."""
    disk_offset: int
    disk_size: int
    domain_xml: str = field(repr=False)
    created_at: str
    """ISO 8601, UTC."""
    package_size: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    """What the web server said of the package: the next server asks for the same."""
    memory_path: str = ""
    memory_offset: int = 0
    memory_size: int = 0
    """Of the memory image; 0 without one."""

    @property
    def token(self) -> str:
        """Spec 2.5: what the 2015 protocol authenticates with."""
        return f"{self.id}/{self.auth_code}"

    @cached_property
    def domain(self) -> Domain:
        return domain.parse(self.domain_xml.encode(ENCODING))

    @property
    def disk(self) -> DiskSource:
        location = SERVED if self.identity else self.location
        return DiskSource(
            location, self.disk_offset, self.disk_size, self.domain.disk.format
        )

    @property
    def memory(self) -> Member | None:
        if not self.memory_size:
            return None
        return Member(self.memory_path, self.memory_offset, self.memory_size)

    @property
    def identity(self) -> Identity | None:
        """The package's on its web server; None for a file of this host."""
        if self.package_size is None:
            return None
        return Identity(self.package_size, self.etag, self.last_modified)


def write(facts: Facts, directory: Path) -> None:
    """The folder must be new: two instances never share one."""
    directory.mkdir(mode=0o700)
    draft = directory / f"{FILENAME}.new"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(facts), file)
    draft.replace(directory / FILENAME)


def discard(directory: Path) -> None:
    """Remove an instance's folder, its record first: of one that a killed server left
    half removed, the next must not make an instance that nobody destroyed."""
    with suppress(OSError):
        (directory / FILENAME).unlink()
    shutil.rmtree(directory, ignore_errors=True)


def read(directory: Path) -> Facts:
    """Raises Spoilt."""
    try:
        with (directory / FILENAME).open("rb") as file:
            facts = Facts(**cast("dict[str, str]", json.loads(file.read(MAX_BYTES))))  # type: ignore[arg-type]
        if facts.id != directory.name or not facts.domain.memory_bytes:
            raise Spoilt(f"{directory.name} holds another instance's record")
    except (
        OSError,
        ValueError,
        TypeError,
        AttributeError,
        RecursionError,
        BadPackage,
    ) as error:
        raise Spoilt(f"{directory.name} holds no instance ({error})") from error
    return facts
