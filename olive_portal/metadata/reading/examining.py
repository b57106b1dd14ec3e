"""A METS document is read, and what became of each of its sections is told."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from olive_portal.metadata.errors import BadRecord
from olive_portal.metadata.namespaces import NAMESPACES
from olive_portal.metadata.reading import descriptions, mets, structure
from olive_portal.metadata.reading.descriptions import Description
from olive_portal.metadata.reading.parsing import line_of, text_of
from olive_portal.metadata.reading.premis import NAMESPACES as PREMIS
from olive_portal.metadata.reading.report import Finding, Report, Verdict, merged
from olive_portal.metadata.records import TitleRecord
from olive_portal.metadata.schemas import Schemas

NS = {"mets": NAMESPACES["mets"], "m": NAMESPACES["mods"]}
ONLY_IN_THE_ORIGINAL = "it stays in the original only"
PREMIS_PARTS = ("object", "event", "agent", "rights", "rightsStatement", "premis")
# Rights in other words than PREMIS's, of which one sentence is read.
DECLARATIONS = ("RightsDeclarationMD", "rights")
SAID = {
    "title": "title",
    "alternative_titles": "other titles",
    "version": "version",
    "names": "names",
    "issued": "date",
    "languages": "language",
    "abstract": "abstract",
    "significance": "significance",
    "platform": "platform",
    "system_details": "system details",
    "subjects": "subjects",
    "genres": "genres",
    "identifiers": "identifiers",
    "collections": "collection",
}


def examine(data: bytes, schemas: Schemas | None = None) -> Report:
    """Never raises BadRecord: what cannot be taken in has a report without a record.

    Raises BadSchemas.
    """
    try:
        root = mets.open_record(data)
    except BadRecord as error:
        return Report(None, (_refusal(error),))
    found = descriptions.find(root)
    findings = [*structure.check(root), *_schema_findings(root, schemas)]
    try:
        chosen = descriptions.choose(root, found)
        record = mets.record_of(root, chosen)
    except BadRecord as error:
        return Report(None, merged([_refusal(error), *findings]))
    findings += _sections(root, found, chosen, record)
    return Report(record, merged(findings))


def _refusal(error: BadRecord) -> Finding:
    text = str(error)
    if error.line is not None:
        text = text.removeprefix(f"line {error.line}: ")
    return Finding(error.line, "record", Verdict.INVALID, text)


def _schema_findings(
    root: etree._Element, schemas: Schemas | None
) -> Iterator[Finding]:
    for complaint in schemas.complaints(root) if schemas else ():
        yield Finding(complaint.line, "schema", Verdict.INVALID, complaint.text)


def _sections(
    root: etree._Element,
    found: list[Description],
    chosen: Description,
    record: TitleRecord,
) -> Iterator[Finding]:
    described = {id(one.section): one for one in found}
    for section in root:
        name = etree.QName(section).localname
        if name == "dmdSec":
            one = described.get(id(section))
            yield from _description(section, one, chosen, record)
        elif name == "amdSec":
            yield from (_administrative(part) for part in section)
        else:
            yield _other(section, name, record)


def _description(
    section: etree._Element,
    one: Description | None,
    chosen: Description,
    record: TitleRecord,
) -> Iterator[Finding]:
    name = f"dmdSec {section.get('ID', '')}".strip()
    line = line_of(section)
    if section.find("mets:mdRef", NS) is not None:
        text = "a reference to a description elsewhere, which is not followed"
        yield Finding(line, name, Verdict.READ, text)
    elif one is None:
        text = f"{_kind(section)}: {ONLY_IN_THE_ORIGINAL}"
        yield Finding(line, name, Verdict.LEFT, text)
    elif one is not chosen:
        text = f"{one.form}: the title is described by {chosen.name or 'another'}"
        yield Finding(line, name, Verdict.LEFT, text)
    else:
        said = ", ".join(word for field, word in SAID.items() if getattr(record, field))
        yield Finding(line, name, Verdict.READ, f"{one.form}: {said}")
        for element in one.not_understood():
            yield Finding(line_of(element), name, Verdict.LEFT, _element(element))


def _element(element: etree._Element) -> str:
    """An element by its name and type, and the start of what it says."""
    kind = element.get("type", "")
    words = f"{etree.QName(element).localname} {kind}".strip()
    text = text_of(element)
    return f"{words}: {text[:60]}{'…' if len(text) > 60 else ''}" if text else words


def _kind(section: etree._Element) -> str:
    wrap = section.find("mets:mdWrap", NS)
    if wrap is None:
        return "no metadata in it"
    return wrap.get("OTHERMDTYPE") or wrap.get("MDTYPE") or "of no type"


def _administrative(part: etree._Element) -> Finding:
    name = etree.QName(part).localname
    content = [*part.iterfind("mets:mdWrap/mets:xmlData/*", NS)]
    for element in content:
        tag = etree.QName(element)
        if tag.namespace in PREMIS and tag.localname in PREMIS_PARTS:
            text = f"PREMIS {tag.localname}"
            return Finding(line_of(part), name, Verdict.READ, text)
        if name == "rightsMD" and tag.localname in DECLARATIONS:
            return Finding(line_of(part), name, Verdict.READ, "a rights declaration")
        if name == "sourceMD" and tag.namespace == NAMESPACES["mods"]:
            return Finding(line_of(part), name, Verdict.READ, "MODS of the source")
    text = f"{_kind(part)}: {ONLY_IN_THE_ORIGINAL}"
    return Finding(line_of(part), name, Verdict.LEFT, text)


def _other(section: etree._Element, name: str, record: TitleRecord) -> Finding:
    parts = len(record.package.components) + 1 if record.package else 0
    texts = {
        "metsHdr": "the record's state and its other names",
        "fileSec": f"files: {len(record.files) + parts}",
        "structMap": "which description counts, and what files are called",
        "behaviorSec": f"ways to run it: {len(record.routes)}",
    }
    is_read = name in texts and (name != "behaviorSec" or bool(record.routes))
    verdict = Verdict.READ if is_read else Verdict.LEFT
    text = texts[name] if is_read else ONLY_IN_THE_ORIGINAL
    return Finding(line_of(section), name, verdict, text)
