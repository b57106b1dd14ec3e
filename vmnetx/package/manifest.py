"""The manifest: which member of the zip file is what."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from vmnetx.errors import BadPackage
from vmnetx.package import markup
from vmnetx.package.markup import Rule, Value, at_most_one, exactly_one

MEMBER = "vmnetx-package.xml"
NAMESPACE = "http://olivearchive.org/xmlns/vmnetx/package"

_ANY = Value("any text", r"(?s:.{0,4096})")
_PART = Rule(required={"path": _ANY})
_IMAGE = Rule(
    required={"name": _ANY},
    children={
        f"{{{NAMESPACE}}}domain": exactly_one(_PART),
        f"{{{NAMESPACE}}}disk": exactly_one(_PART),
        f"{{{NAMESPACE}}}memory": at_most_one(_PART),
    },
)


@dataclass(frozen=True)
class Manifest:
    """The package's name, as visitors see it, and the paths of its parts in the zip."""

    name: str
    domain_path: str
    disk_path: str
    memory_path: str | None = None


def parse(data: bytes) -> Manifest:
    """Raises BadPackage, with the line and what is wrong there."""
    try:
        root = markup.parse(data)
        markup.check(root, f"{{{NAMESPACE}}}image", _IMAGE)
    except markup.Unacceptable as error:
        raise BadPackage(f"Manifest XML does not validate: {error}") from error
    # Looked up by bare name: the table has said that there is no other namespace.
    paths = {etree.QName(part).localname: part.get("path") for part in root}
    return Manifest(
        root.get("name", ""),
        paths["domain"] or "",
        paths["disk"] or "",
        paths.get("memory"),
    )


def render(manifest: Manifest) -> bytes:
    """What parse() reads back. Raises BadPackage for a text that XML cannot hold."""
    parts = {
        "domain": manifest.domain_path,
        "disk": manifest.disk_path,
        "memory": manifest.memory_path,
    }
    root = etree.fromstring(f'<image xmlns="{NAMESPACE}"/>')
    try:
        root.set("name", manifest.name)
        for tag, path in parts.items():
            if path is not None:
                etree.SubElement(root, f"{{{NAMESPACE}}}{tag}").set("path", path)
    except ValueError as error:
        raise BadPackage(f"Manifest cannot be written: {error}") from error
    # lxml's own declaration has single quotes; the original's has double ones.
    declaration = b'<?xml version="1.0" encoding="UTF-8"?>\n'
    return declaration + etree.tostring(root, encoding="unicode").encode() + b"\n"
