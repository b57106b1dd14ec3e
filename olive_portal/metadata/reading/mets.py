"""METS 1.x: the envelope around a title's record, and the list of its files."""

from __future__ import annotations

from dataclasses import replace

from lxml import etree

from olive_portal.metadata.errors import BadRecord
from olive_portal.metadata.reading import mods, premis
from olive_portal.metadata.reading.parsing import line_of, parse, text_of
from olive_portal.metadata.records import File, Identifier, TitleRecord

NAMESPACE = "http://www.loc.gov/METS/"
NS = {"mets": NAMESPACE, "m": mods.NAMESPACE}
MAX_FILES = 10_000


def read(data: bytes) -> TitleRecord:
    """The title that a METS document describes.

    What TitleRecord has no place for is left where it is: keep the bytes. Raises
    BadRecord, with the line, for what is no METS, holds no MODS, or is unsafe.
    """
    root = parse(data)
    if root.tag != f"{{{NAMESPACE}}}mets":
        raise BadRecord(
            f"the root element is {root.tag}; it must be {{{NAMESPACE}}}mets",
            line=line_of(root),
        )
    record = mods.read(_main_record(root))
    header = root.find("mets:metsHdr", NS)
    status = header.get("RECORDSTATUS", "") if header is not None else ""
    return replace(
        record,
        objid=root.get("OBJID", ""),
        identifiers=_identifiers(root, record),
        platform=record.platform or premis.operating_system(root),
        rights=replace(record.rights, text=record.rights.text or premis.licence(root)),
        significant_properties=premis.significant_properties(root),
        record_status=status,
        files=_files(root),
    )


def _main_record(root: etree._Element) -> etree._Element:
    """The MODS record that the outermost div points at, else the first in the file."""
    sections = {
        section.get("ID", ""): found
        for section in root.findall("mets:dmdSec", NS)
        if (found := section.find("mets:mdWrap/mets:xmlData//m:mods", NS)) is not None
    }
    if not sections:
        raise BadRecord("no dmdSec holds a MODS record", line=line_of(root))
    for div in root.findall("mets:structMap/mets:div", NS):
        for name in div.get("DMDID", "").split():
            if name in sections:
                return sections[name]
    return next(iter(sections.values()))


def _identifiers(root: etree._Element, record: TitleRecord) -> tuple[Identifier, ...]:
    """MODS's, then those of the envelope whose values MODS does not have."""
    found = {identifier.value: identifier for identifier in record.identifiers}
    for other in root.findall("mets:metsHdr/mets:altRecordID", NS):
        scheme = other.get("TYPE", "local").lower()
        found.setdefault(text_of(other), Identifier(scheme, text_of(other)))
    objid = root.get("OBJID", "")
    found.setdefault(objid, Identifier(_scheme(objid), objid))
    found.pop("", None)
    return tuple(found.values())


def _scheme(identifier: str) -> str:
    prefixes = {"ark:": "ark", "doi:": "doi", "urn:": "urn", "http": "uri"}
    return prefixes.get(identifier[:4].lower(), "local")


def _files(root: etree._Element) -> tuple[File, ...]:
    labels = _labels(root)
    found: list[File] = []
    for group in root.iterfind("mets:fileSec//mets:fileGrp", NS):
        for element in group.findall("mets:file", NS):
            if len(found) == MAX_FILES:
                raise BadRecord(f"more than {MAX_FILES} files", line=line_of(element))
            found += _file(element, _use(group), labels)
    return tuple(found)


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
    href = location.get(mods.HREF, "") if location is not None else ""
    if not href:
        return []
    size = element.get("SIZE", "")
    is_sha256 = element.get("CHECKSUMTYPE") == "SHA-256"
    return [
        File(
            href=href,
            media_type=element.get("MIMETYPE", ""),
            use=element.get("USE") or use,
            label=labels.get(element.get("ID", ""), ""),
            size=int(size) if size.isdecimal() else None,
            sha256=element.get("CHECKSUM", "").lower() if is_sha256 else "",
        )
    ]
