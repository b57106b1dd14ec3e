"""Debian's packages, fetched by apt and unpacked without installing anything.

apt checks what it fetches against the archive's signature. No root is needed: where
apt's own lists are absent or too old, lists of our own are fetched into the cache.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import unquote

from vmnetx.generate import tools
from vmnetx.generate.tools import CannotBuildHere, ToolFailed

_TOOLS = {"apt-get": "apt", "apt-cache": "apt", "dpkg-deb": "dpkg"}
_OPTIONS = (
    "-qq",
    "-oAPT::Architecture=amd64",
    "-oAPT::Architectures=amd64",
    # As root, apt would warn that its own user cannot write to our folder.
    "-oAPT::Sandbox::User=root",
    "-oAcquire::Retries=2",
    "-oAcquire::http::Timeout=30",
)
# 'http://…/name_1.0_amd64.deb' name_1.0_amd64.deb 1234 SHA256:…
_URI = re.compile(r"'[^']+' (\S+_(\S+)_\S+\.deb) (\d+) (?:SHA256:([0-9a-f]{64}))?")


@dataclass(frozen=True)
class Debian:
    """One package's file in the cache."""

    name: str
    version: str
    path: Path


def cache_folder() -> Path:
    """$VMNETX_CACHE, or vmnetx in the user's cache folder; made if absent."""
    xdg = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(os.environ.get("VMNETX_CACHE") or Path(xdg, "vmnetx")).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Archive:
    """Debian's archive, as this machine's apt is set up to see it."""

    def __init__(self, cache: Path) -> None:
        """Raises CannotBuildHere where there is no apt."""
        tools.require(_TOOLS)
        self._files = cache / "debian"
        self._files.mkdir(parents=True, exist_ok=True)
        self._own_lists = cache / "apt"
        self._options: tuple[str, ...] = _OPTIONS

    def fetch(self, name: str) -> Debian:
        """From the cache if it holds just this version. Raises CannotBuildHere."""
        try:
            return self._fetch(name)
        except ToolFailed:
            self._update()
        try:
            return self._fetch(name)
        except ToolFailed as error:
            raise CannotBuildHere(f"apt cannot fetch {name}: {error}") from error

    def dependency(self, name: str, pattern: str) -> str:
        """The package that a metapackage stands for: its dependency like `pattern`."""
        try:
            found = self._dependencies(name, pattern)
        except ToolFailed:
            found = []
        if not found:
            self._update()
            found = self._dependencies(name, pattern)
        if len(found) != 1:
            raise CannotBuildHere(f"{name} has no one dependency like {pattern}.")
        return found[0]

    def _dependencies(self, name: str, pattern: str) -> list[str]:
        command = ("apt-cache", *self._options, "depends", "--important", name)
        words = (line.split() for line in tools.run(command).splitlines())
        return [
            line[1]
            for line in words
            if line[:1] == ["Depends:"] and fnmatchcase(line[1], pattern)
        ]

    def _fetch(self, name: str) -> Debian:
        download = ("apt-get", *self._options, "download", name)
        told = _URI.search(tools.run((*download, "--print-uris")))
        if told is None:
            raise ToolFailed(f"apt-get: no address for {name}")
        file_name, version, size, sha256 = told.groups()
        path = self._files / file_name
        if not _is_whole(path, int(size), sha256):
            with tempfile.TemporaryDirectory(dir=self._files) as draft:
                tools.run(download, cwd=Path(draft), timeout=600)
                # apt names the file by itself, with the version's colon escaped.
                (fetched,) = Path(draft).glob("*.deb")
                fetched.replace(path)
        return Debian(name, unquote(version), path)

    def _update(self) -> None:
        """Read the archive's lists into the cache, once, and use these from now on."""
        if self._options != _OPTIONS:
            return
        for folder in ("lists/partial", "cache/archives/partial"):
            (self._own_lists / folder).mkdir(parents=True, exist_ok=True)
        self._options = (
            *_OPTIONS,
            f"-oDir::State::Lists={self._own_lists / 'lists'}",
            f"-oDir::Cache={self._own_lists / 'cache'}",
        )
        try:
            tools.run(("apt-get", *self._options, "update"), timeout=600)
        except ToolFailed as error:
            raise CannotBuildHere(f"apt cannot read its lists: {error}") from error


def _is_whole(path: Path, size: int, sha256: str | None) -> bool:
    if sha256 is None or not path.is_file() or path.stat().st_size != size:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


def fetch_all(
    archive: Archive, names: Iterable[str], metapackages: Mapping[str, str]
) -> list[Debian]:
    """Every package by name, and what each metapackage stands for."""
    meant = [archive.dependency(*pair) for pair in sorted(metapackages.items())]
    return [archive.fetch(name) for name in sorted({*names, *meant})]


def unpack(packages: Iterable[Debian], root: Path) -> None:
    """All of them into one tree, as an installation would lay them out."""
    for package in packages:
        tools.run(("dpkg-deb", "-x", package.path, root))
