"""The digests of what lies inside of a package."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from olive_portal.catalogue.models import PackagePart, PartKind
from vmnetx.package.archive import Member
from vmnetx.package.archive import Package as OpenPackage

PIECE = 1024 * 1024


def parts_of(opened: OpenPackage, path: Path) -> Iterator[PackagePart]:
    """A row, not yet saved, for each part of the package that lies at `path`."""
    domain = opened.domain_xml
    yield PackagePart(
        kind=PartKind.DOMAIN,
        path=opened.manifest.domain_path,
        size=len(domain),
        sha256=hashlib.sha256(domain).hexdigest(),
    )
    yield _image(PartKind.DISK, opened.disk, path)
    if opened.memory is not None:
        yield _image(PartKind.MEMORY, opened.memory, path)


def _image(kind: PartKind, member: Member, path: Path) -> PackagePart:
    return PackagePart(
        kind=kind, path=member.path, size=member.size, sha256=_digest(member, path)
    )


def _digest(member: Member, path: Path) -> str:
    sha256 = hashlib.sha256()
    left = member.size
    with path.open("rb") as file:
        file.seek(member.offset)
        while left and (piece := file.read(min(PIECE, left))):
            sha256.update(piece)
            left -= len(piece)
    return sha256.hexdigest()
