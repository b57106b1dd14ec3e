"""A package gets a memory image, or another one: `generate memory`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from vmnetx.generate import memory_image
from vmnetx.generate.memory_image import Say, Subject, Wish
from vmnetx.package import archive
from vmnetx.package.archive import Package, Written, open_package
from vmnetx.package.source import LocalFile

PIECE = 1024 * 1024


def remember(path: Path, output: Path, wish: Wish, say: Say) -> Written:
    """Make a package like the one at `path`, whose machine goes on from the moment.

    Raises what memory_image.take and archive.write_package raise; `output` is then as
    it was.
    """
    # Beside the output: the disk may be too large for /tmp.
    with tempfile.TemporaryDirectory(prefix=".vmnetx-", dir=output.parent) as name:
        work = Path(name)
        source = LocalFile(path)
        try:
            package = open_package(source)
            disk = _unpack_disk(package, work / "disk.img")
        finally:
            source.close()
        subject = Subject(
            package.manifest.name, package.domain, package.domain_xml, disk, work
        )
        taken = memory_image.take(subject, wish, say)
        return archive.write_package(
            output,
            name=subject.name,
            domain_xml=subject.domain_xml,
            disk=taken.disk,
            memory=taken.memory,
        )


def _unpack_disk(package: Package, target: Path) -> Path:
    start, size = package.disk.offset, package.disk.size
    with target.open("xb") as file:
        for offset in range(0, size, PIECE):
            length = min(PIECE, size - offset)
            file.write(package.source.read(start + offset, length))
    return target
