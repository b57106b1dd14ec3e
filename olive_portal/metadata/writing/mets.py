"""METS 1.12.1 to the project's own profile, docs/reference/mets-profile.xml.

olive_portal.metadata.reading.mets reads all of it back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from olive_portal.metadata.namespaces import expand
from olive_portal.metadata.records import (
    DOCUMENTATION,
    SCREENSHOTS,
    VM_COMPONENTS,
    VM_PACKAGE,
    TitleRecord,
)
from olive_portal.metadata.writing import mods, premis
from olive_portal.metadata.writing.elements import (
    add,
    legal,
    say,
    serialise,
    start,
    uri,
)
from olive_portal.metadata.writing.holdings import Holding, holdings
from olive_portal.metadata.writing.premis_objects import Section, objects

PROFILE = "urn:olive:mets-profile:preserved-software:1.0"
MACHINE = "Preserved Virtual Machine"
TITLE = "Preserved Software Title"
LAUNCH = "urn:olive:launch:"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
# What the parts of a package and the groups of files are in the structure.
DIVISIONS = {
    "domain": "hardware configuration",
    "disk": "disk",
    "memory": "memory state",
    DOCUMENTATION: "documentation",
    SCREENSHOTS: "screenshots",
}


def render(record: TitleRecord) -> bytes:
    root = start("mets:mets", "mods", "premis", "xlink")
    attributes = {
        "OBJID": record.objid,
        "LABEL": record.title_with_version,
        "TYPE": MACHINE if record.package else TITLE,
        "PROFILE": PROFILE,
    }
    for name, value in attributes.items():
        if value := legal(value):
            root.set(name, value)
    for write in (_header, _descriptive, _administrative, _files, _structure, _routes):
        write(root, record)
    # People read these files, and reports name their lines.
    etree.indent(root)
    return serialise(root)


def _header(root: etree._Element, record: TitleRecord) -> None:
    dates = {"CREATEDATE": record.created, "LASTMODDATE": record.changed}
    header = add(
        root,
        "mets:metsHdr",
        **{name: text for name, text in dates.items() if MOMENT.fullmatch(text)},
        RECORDSTATUS=record.record_status,
    )
    for agent in record.agents:
        if agent.kind == "software":
            program = {"ROLE": "CREATOR", "TYPE": "OTHER", "OTHERTYPE": "SOFTWARE"}
            made = add(header, "mets:agent", **program)
            add(made, "mets:name", agent.name)
            say(made, "mets:note", agent.version)
    if legal(record.archive).strip():
        archivist = {"ROLE": "ARCHIVIST", "TYPE": "ORGANIZATION"}
        add(add(header, "mets:agent", **archivist), "mets:name", record.archive)
    for identifier in record.identifiers:
        if identifier.value != record.objid:
            kind = identifier.scheme.upper()
            say(header, "mets:altRecordID", identifier.value, TYPE=kind)


def _descriptive(root: etree._Element, record: TitleRecord) -> None:
    _wrap(root, "dmdSec", ("DMD-MODS", mods.element(record)), ("MODS", mods.VERSION))
    for number, face in enumerate(record.faces, 1):
        section = add(root, "mets:dmdSec", ID=f"DMD-FACE-{number}")
        kind = {"MDTYPE": "OTHER", "OTHERMDTYPE": face.format, "LOCTYPE": "URL"}
        reference = add(section, "mets:mdRef", **kind, MIMETYPE=face.media_type)
        reference.set(expand("xlink:href"), uri(face.url))


def _wrap(
    parent: etree._Element, kind: str, section: Section, form: tuple[str, str]
) -> None:
    name, content = section
    # The root of the document says where the schemas are.
    content.attrib.pop(expand("xsi:schemaLocation"), "")
    wrap = add(
        add(parent, f"mets:{kind}", ID=name),
        "mets:mdWrap",
        MDTYPE=form[0],
        MDTYPEVERSION=form[1],
        MIMETYPE="text/xml",
    )
    add(wrap, "mets:xmlData").append(content)


def _administrative(root: etree._Element, record: TitleRecord) -> None:
    section = add(root, "mets:amdSec", ID="AMD")
    for kind, form, sections in _sections(record):
        for found in sections:
            _wrap(section, kind, found, form)


def _sections(
    record: TitleRecord,
) -> Iterator[tuple[str, tuple[str, str], Iterator[Section]]]:
    """In the order that METS prescribes."""
    version = premis.VERSION
    yield "techMD", ("PREMIS:OBJECT", version), objects(record)
    yield "rightsMD", ("PREMIS:RIGHTS", version), premis.rights(record)
    yield "sourceMD", ("MODS", mods.VERSION), _sources(record)
    yield "digiprovMD", ("PREMIS:EVENT", version), premis.events(record)
    yield "digiprovMD", ("PREMIS:AGENT", version), premis.agents(record)


def _sources(record: TitleRecord) -> Iterator[Section]:
    for number, source in enumerate(record.sources, 1):
        yield f"SRC-{number}", mods.source_element(source)


def _files(root: etree._Element, record: TitleRecord) -> None:
    held = holdings(record)
    if not held:
        return
    section = add(root, "mets:fileSec")
    for group in dict.fromkeys(holding.group for holding in held):
        listed = add(section, "mets:fileGrp", USE=group)
        for holding in held:
            if holding.group == group:
                _file(listed, record, holding)


def _file(group: etree._Element, record: TitleRecord, holding: Holding) -> None:
    file = holding.file
    published = record.package.published if record.package else ""
    is_dated = holding.group == VM_PACKAGE and MOMENT.fullmatch(published)
    listed = add(
        group,
        "mets:file",
        ID=holding.name,
        ADMID=f"TECH-{holding.name}",
        USE=file.use if file.use != holding.group else "",
        MIMETYPE=file.media_type,
        SIZE="" if file.size is None else str(file.size),
        CREATED=published if is_dated else "",
        CHECKSUM=file.sha256,
        CHECKSUMTYPE="SHA-256" if file.sha256 else "",
    )
    location = add(listed, "mets:FLocat", LOCTYPE="URL")
    location.set(expand("xlink:href"), legal(file.href))


def _structure(root: etree._Element, record: TitleRecord) -> None:
    structure = add(root, "mets:structMap", TYPE="logical")
    names = [name for _, _, found in _sections(record) for name, _ in found]
    whole = add(
        structure,
        "mets:div",
        ID="D-TITLE",
        TYPE="virtual machine" if record.package else "title",
        LABEL=record.title_with_version,
        DMDID=" ".join(section.get("ID", "") for section in _described(root)),
        # What is said of one file stands with that file.
        ADMID=" ".join(name for name in names if not name.startswith("TECH-F-")),
    )
    held = holdings(record)
    for holding in held:
        if holding.group == VM_COMPONENTS:
            _division(whole, holding, DIVISIONS.get(holding.file.use, "component"))
    for group in dict.fromkeys(holding.group for holding in held):
        if group not in {VM_PACKAGE, VM_COMPONENTS}:
            kind = DIVISIONS.get(group, "files")
            division = add(whole, "mets:div", TYPE=kind)
            for holding in held:
                if holding.group == group:
                    _division(division, holding, "")
    if record.package is not None:
        package = add(root, "mets:structMap", TYPE="physical")
        _division(package, held[0], "package")


def _described(root: etree._Element) -> list[etree._Element]:
    return root.findall(expand("mets:dmdSec"))


def _division(parent: etree._Element, holding: Holding, kind: str) -> None:
    division = add(parent, "mets:div", TYPE=kind, LABEL=holding.file.label)
    add(division, "mets:fptr", FILEID=holding.name)


def _routes(root: etree._Element, record: TitleRecord) -> None:
    routes = [(route, uri(route.url)) for route in record.routes]
    if not any(address for _, address in routes):
        return
    section = add(root, "mets:behaviorSec", ID="BEHAVIORS")
    for number, (route, address) in enumerate(routes, 1):
        if address:
            behavior = add(
                section,
                "mets:behavior",
                ID=f"B-{number}",
                STRUCTID="D-TITLE",
                BTYPE=LAUNCH + route.kind,
                LABEL=route.label,
            )
            mechanism = add(behavior, "mets:mechanism", LOCTYPE="URL")
            mechanism.set(expand("xlink:href"), address)
