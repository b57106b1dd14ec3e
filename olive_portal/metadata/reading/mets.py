"""METS 1.x: the envelope around a title's record, and the list of its files."""

from __future__ import annotations

from dataclasses import replace

from lxml import etree

from olive_portal.metadata.errors import BadRecord
from olive_portal.metadata.namespaces import NAMESPACES, expand
from olive_portal.metadata.reading import (
    descriptions,
    dublin_core,
    holdings,
    mods,
    premis,
)
from olive_portal.metadata.reading.descriptions import Description
from olive_portal.metadata.reading.parsing import line_of, parse, text_of
from olive_portal.metadata.records import Identifier, Rights, Source, TitleRecord

NS = {"mets": NAMESPACES["mets"], "m": NAMESPACES["mods"]}
OURS = "urn:olive:mets-profile:"


def read(data: bytes) -> TitleRecord:
    """The title that a METS document describes.

    What TitleRecord has no place for is left where it is: keep the bytes. Raises
    BadRecord, with the line, for what is no METS, holds no description, or is unsafe.
    """
    root = open_record(data)
    return record_of(root, descriptions.choose(root, descriptions.find(root)))


def open_record(data: bytes) -> etree._Element:
    """The document's tree. Raises BadRecord for what is unsafe or no METS."""
    root = parse(data)
    if root.tag != expand("mets:mets"):
        raise BadRecord(
            f"the root element is {root.tag}; it must be {expand('mets:mets')}",
            line=line_of(root),
        )
    return root


def record_of(root: etree._Element, description: Description) -> TitleRecord:
    """What the envelope says besides, put together with the description."""
    record = description.read()
    header = root.find("mets:metsHdr", NS)
    status = header.get("RECORDSTATUS", "") if header is not None else ""
    environments = premis.environments(root)
    return replace(
        record,
        objid=root.get("OBJID", ""),
        identifiers=_identifiers(root, record),
        platform=record.platform or _platform(root, record),
        rights=_rights(root, record.rights),
        sources=tuple(_sources(root)),
        significant_properties=premis.significant_properties(root),
        environments=environments,
        record_status=status,
        files=holdings.files(root),
        package=holdings.package(root, mods.package_version(description.content)),
        routes=tuple(holdings.routes(root)),
        faces=tuple(holdings.faces(root)),
        events=premis.events(root),
        agents=premis.agents(root),
    )


def _platform(root: etree._Element, record: TitleRecord) -> str:
    """The system that it runs on, where the record's maker says it there only."""
    is_ours = root.get("PROFILE", "").startswith(OURS)
    return "" if is_ours else premis.operating_system(premis.environments(root))


def _identifiers(root: etree._Element, record: TitleRecord) -> tuple[Identifier, ...]:
    """The description's, then those of the envelope whose values it does not have."""
    known = {identifier.value for identifier in record.identifiers} | {"", record.url}
    others = [
        Identifier(other.get("TYPE", "local").lower(), text_of(other))
        for other in root.findall("mets:metsHdr/mets:altRecordID", NS)
    ]
    others.append(dublin_core.identify(root.get("OBJID", "")))
    new = {other.value: other for other in reversed(others)}
    added = [other for value, other in reversed(new.items()) if value not in known]
    return (*record.identifiers, *added)


def _rights(root: etree._Element, said: Rights) -> Rights:
    """The description's, else those of the administrative sections."""
    if said.uri or said.text:
        return said
    uri = premis.licence_uri(root)
    declared = (
        text_of(element)
        for name in ("license", "RightsDeclaration")
        for element in root.iterfind(f"mets:amdSec//{{*}}{name}", NS)
    )
    text = premis.rights(root) or next(filter(None, declared), "")
    if not uri and text.startswith(("http://", "https://")):
        uri, text = text, ""
    return replace(said, uri=uri, text=text)


def _sources(root: etree._Element) -> list[Source]:
    records = root.iterfind("mets:amdSec/mets:sourceMD//m:mods", NS)
    found = [
        Source(
            text_of(record.find("m:titleInfo/m:title", NS)),
            text_of(record.find("m:physicalDescription/m:form", NS)),
            text_of(record.find("m:note", NS)),
        )
        for record in records
    ]
    return [source for source in found if source.title]
