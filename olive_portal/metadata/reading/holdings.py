"""What a METS record holds: its files, the package that the portal made of some of
them, and the ways to run it."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from olive_portal.metadata.errors import BadRecord
from olive_portal.metadata.namespaces import NAMESPACES, expand
from olive_portal.metadata.reading import premis
from olive_portal.metadata.reading.parsing import line_of
from olive_portal.metadata.records import (
    VM_COMPONENTS,
    VM_PACKAGE,
    Face,
    File,
    Package,
    Route,
)

NS = {"mets": NAMESPACES["mets"]}
HREF = expand("xlink:href")
LAUNCH = "urn:olive:launch:"
MAX_FILES = 10_000

Grouped = list[tuple[str, etree._Element, File]]


def files(root: etree._Element) -> tuple[File, ...]:
    """All but what package() makes of them. Raises BadRecord for too many."""
    inside = {VM_PACKAGE, VM_COMPONENTS}
    return tuple(file for group, _, file in _grouped(root) if group not in inside)


def package(root: etree._Element, number: int) -> Package | None:
    """The virtual machine that the record is about, as its version `number`."""
    grouped = _grouped(root)
    whole = next((found for found in grouped if found[0] == VM_PACKAGE), None)
    if whole is None:
        return None
    _, element, file = whole
    facts = premis.machine_facts(root)
    return Package(
        number=number,
        filename=file.href,
        size=file.size,
        sha256=file.sha256,
        arch=facts.get("processor architecture", ""),
        memory_bytes=_count(facts.get("memory in bytes", "")),
        vcpus=_count(facts.get("processors", "")),
        published=element.get("CREATED", ""),
        components=tuple(file for group, _, file in grouped if group == VM_COMPONENTS),
    )


def routes(root: etree._Element) -> Iterator[Route]:
    for behavior in root.iterfind("mets:behaviorSec//mets:behavior", NS):
        mechanism = behavior.find("mets:mechanism", NS)
        kind = behavior.get("BTYPE", "")
        if mechanism is not None and kind.startswith(LAUNCH):
            address = mechanism.get(HREF, "")
            label = behavior.get("LABEL", "")
            yield Route(kind.removeprefix(LAUNCH), address, label)


def faces(root: etree._Element) -> Iterator[Face]:
    for reference in root.iterfind("mets:dmdSec/mets:mdRef", NS):
        kind = reference.get("OTHERMDTYPE", "") or reference.get("MDTYPE", "")
        yield Face(kind, reference.get(HREF, ""), reference.get("MIMETYPE", ""))


def _grouped(root: etree._Element) -> Grouped:
    """Each file that has a place, with its element and what its group is for."""
    labels = _labels(root)
    found: Grouped = []
    for group in root.iterfind("mets:fileSec//mets:fileGrp", NS):
        for element in group.iterfind("mets:file", NS):
            if len(found) == MAX_FILES:
                raise BadRecord(f"more than {MAX_FILES} files", line=line_of(element))
            use = _use(group)
            found += [(use, element, file) for file in _file(element, use, labels)]
    return found


def _use(group: etree._Element | None) -> str:
    """A group's USE, or the nearest one around it."""
    while group is not None and "USE" not in group.attrib:
        group = group.getparent()
    return group.get("USE", "") if group is not None else ""


def _labels(root: etree._Element) -> dict[str, str]:
    """For each file ID the label of the div that points at it: its alt text."""
    return {
        pointer.get("FILEID", ""): div.get("LABEL", "")
        for pointer in root.iterfind("mets:structMap//mets:fptr", NS)
        if (div := pointer.getparent()) is not None and div.get("LABEL")
    }


def _file(element: etree._Element, use: str, labels: dict[str, str]) -> list[File]:
    """The file at its first location; none for a file without one."""
    location = element.find("mets:FLocat", NS)
    href = location.get(HREF, "") if location is not None else ""
    if not href:
        return []
    is_sha256 = element.get("CHECKSUMTYPE") == "SHA-256"
    return [
        File(
            href=href,
            media_type=element.get("MIMETYPE", ""),
            use=element.get("USE") or use,
            label=labels.get(element.get("ID", ""), ""),
            size=_count(element.get("SIZE", "")),
            sha256=element.get("CHECKSUM", "").lower() if is_sha256 else "",
        )
    ]


def _count(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 20 else None
