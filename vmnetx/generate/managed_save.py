"""What libvirt's managed save kept of a machine becomes a package's memory image."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lxml import etree

from vmnetx.package import binding, markup, memory_file
from vmnetx.package.archive import Member
from vmnetx.package.source import LocalFile
from vmnetx.package.unpacking import Body


def pack(saved: Path, domain_xml: bytes, target: Path, compression: str) -> None:
    """Write the image, with `domain_xml`, the package's own, in its header (spec 4.7).

    Raises BadPackage, and what memory_file.rewrite raises.
    """
    source = LocalFile(saved)
    try:
        member = Member(saved.name, 0, source.size)
        header, area = binding.read_head(source, member)
        packed = replace(area, xml=_bound_like(area.xml, domain_xml))
        body = Body(source, member, header)
        with target.open("xb") as file:
            memory_file.rewrite(file, body, header, packed, compression)
    finally:
        source.close()


def _bound_like(found: bytes, xml: bytes) -> bytes:
    """`xml`, with the accelerator and the machine type that libvirt saved: what "pc" is
    changes with QEMU's versions."""
    saved, root = markup.parse(found), markup.parse(xml)
    root.set("type", saved.get("type", "kvm"))
    kind, was = root.find("os/type"), saved.find("os/type")
    if kind is not None and was is not None:
        kind.set("machine", was.get("machine", "pc"))
    return etree.tostring(root, encoding="utf-8")
