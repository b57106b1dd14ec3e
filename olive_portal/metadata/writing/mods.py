"""MODS 3.8: the fullest description, and what the METS record holds.

olive_portal.metadata.reading.mods reads all of it back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree

from olive_portal.metadata import relators
from olive_portal.metadata.records import (
    PACKAGE_TYPE,
    Collection,
    Name,
    Part,
    Source,
    Subject,
    TitleRecord,
)
from olive_portal.metadata.writing.elements import (
    add,
    legal,
    say,
    serialise,
    start,
    uri,
)

VERSION = "3.8"
CITE_AS = "Cite as"
TYPES = {"person": "personal", "organization": "corporate"}
W3CDTF = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
EDTF = re.compile(r"[\dX][\dX~?/-]{3,}")
# ISO 639-2 codes have three letters; anything else that looks like a code is BCP 47.
ISO639 = re.compile("[a-z]{3}")
BCP47 = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
AUTHORITIES = {
    "http://www.wikidata.org/entity/": "wikidata",
    "https://www.wikidata.org/wiki/": "wikidata",
    "http://viaf.org/viaf/": "viaf",
    "http://id.loc.gov/authorities/names/": "naf",
    "http://id.loc.gov/authorities/subjects/": "lcsh",
}


def render(record: TitleRecord) -> bytes:
    return serialise(element(record))


def element(record: TitleRecord) -> etree._Element:
    root = start("mods:mods", "xlink", version=VERSION)
    for say_part in (
        _titles,
        _names,
        _kind,
        _origin,
        _languages,
        _physical_description,
        _texts,
        _subjects,
        _related,
        _identifiers,
        _locations,
        _rights,
        _record_info,
    ):
        say_part(root, record)
    return root


def source_element(source: Source) -> etree._Element:
    """A record of its own for what a program was taken from: METS's sourceMD."""
    root = start("mods:mods", version=VERSION)
    say(add(root, "mods:titleInfo"), "mods:title", source.title)
    if legal(source.form).strip():
        say(add(root, "mods:physicalDescription"), "mods:form", source.form)
    say(root, "mods:note", source.note, type="acquisition")
    return root


def _titles(root: etree._Element, record: TitleRecord) -> None:
    info = add(root, "mods:titleInfo", usage="primary")
    add(info, "mods:title", record.title)
    say(info, "mods:partNumber", record.version)
    for title in record.alternative_titles:
        if legal(title).strip():
            other = add(root, "mods:titleInfo", type="alternative")
            add(other, "mods:title", title)


def _names(root: etree._Element, record: TitleRecord) -> None:
    for name in record.names:
        if legal(name.text).strip():
            _name(root, name)


def _name(root: etree._Element, name: Name) -> None:
    kind = TYPES.get(name.kind, "")
    named = add(root, "mods:name", type=kind, **_authority(name.uri))
    add(named, "mods:namePart", name.text)
    for role in name.roles:
        said = add(named, "mods:role")
        say(said, "mods:roleTerm", role, type="text", authority="marcrelator")
        code = relators.code(role)
        say(said, "mods:roleTerm", code, type="code", authority="marcrelator")


def _authority(link: str) -> dict[str, str]:
    value = uri(link)
    names = (name for start, name in AUTHORITIES.items() if value.startswith(start))
    return {"authority": next(names, ""), "valueURI": value}


def _kind(root: etree._Element, record: TitleRecord) -> None:
    add(root, "mods:typeOfResource", "software, multimedia")
    for genre in record.genres:
        say(root, "mods:genre", genre, authority="local")


def _origin(root: etree._Element, record: TitleRecord) -> None:
    origin = add(root, "mods:originInfo")
    for name in record.names_as(Part.PUBLISHER):
        say(origin, "mods:publisher", name.text)
    _issued(origin, record.issued)
    say(origin, "mods:edition", record.version)
    if len(origin) == 0:
        root.remove(origin)


def _issued(origin: etree._Element, issued: str) -> None:
    first, slash, last = issued.partition("/")
    if slash and W3CDTF.fullmatch(first) and W3CDTF.fullmatch(last):
        start = add(origin, "mods:dateIssued", first, encoding="w3cdtf", point="start")
        start.set("keyDate", "yes")
        add(origin, "mods:dateIssued", last, encoding="w3cdtf", point="end")
        return
    kinds = {"w3cdtf": W3CDTF, "edtf": EDTF}
    encoding = next((k for k, form in kinds.items() if form.fullmatch(issued)), "")
    say(origin, "mods:dateIssued", issued, encoding=encoding, keyDate="yes")


def _languages(root: etree._Element, record: TitleRecord) -> None:
    for language in record.languages:
        if not legal(language).strip():
            continue
        said = add(root, "mods:language")
        if ISO639.fullmatch(language):
            code = {"type": "code", "authority": "iso639-2b"}
        elif BCP47.fullmatch(language):
            code = {"type": "code", "authority": "rfc5646"}
        else:
            code = {"type": "text"}
        add(said, "mods:languageTerm", language, **code)


def _physical_description(root: etree._Element, record: TitleRecord) -> None:
    described = add(root, "mods:physicalDescription")
    add(described, "mods:form", "electronic", authority="marcform")
    if record.package is not None:
        add(described, "mods:internetMediaType", PACKAGE_TYPE)
        size = record.package.size
        length = "" if size is None else f" ({size} bytes)"
        add(described, "mods:extent", f"1 virtual machine{length}")
    add(described, "mods:digitalOrigin", "born digital")


def _texts(root: etree._Element, record: TitleRecord) -> None:
    say(root, "mods:abstract", record.abstract)
    say(root, "mods:note", record.significance, type="significance")
    say(root, "mods:note", record.platform, type="platform")
    say(root, "mods:note", record.system_details, type="system details")
    if record.package is not None and record.package.number:
        version = f"Package version {record.package.number}"
        add(root, "mods:note", version, type="version identification")


def _subjects(root: etree._Element, record: TitleRecord) -> None:
    for subject in record.subjects:
        if legal(subject.text).strip():
            _subject(root, subject)


def _subject(root: etree._Element, subject: Subject) -> None:
    said = add(root, "mods:subject", **_authority(subject.uri))
    add(said, "mods:topic", subject.text)


def _related(root: etree._Element, record: TitleRecord) -> None:
    _host(root, record.collections)
    for version in record.other_versions:
        other = add(
            root,
            "mods:relatedItem",
            type="otherVersion",
            xlink__href=uri(version.url),
        )
        title = f"Package version {version.number}"
        add(add(other, "mods:titleInfo"), "mods:title", title)


def _host(parent: etree._Element, collections: Sequence[Collection]) -> None:
    """The innermost collection, with those around it inside of its element."""
    if not collections:
        return
    collection = collections[-1]
    host = add(parent, "mods:relatedItem", type="host", displayLabel="Collection")
    add(add(host, "mods:titleInfo"), "mods:title", collection.title)
    if address := uri(collection.url):
        add(add(host, "mods:location"), "mods:url", address)
    _host(host, collections[:-1])


def _identifiers(root: etree._Element, record: TitleRecord) -> None:
    for identifier in record.identifiers:
        say(root, "mods:identifier", identifier.value, type=identifier.scheme)


def _locations(root: etree._Element, record: TitleRecord) -> None:
    location = add(root, "mods:location")
    primary = {"usage": "primary display", "access": "object in context"}
    say(location, "mods:url", uri(record.url), **primary)
    say(location, "mods:url", uri(record.cite_as), displayLabel=CITE_AS)
    for screenshot in record.screenshots:
        say(location, "mods:url", uri(screenshot.href), access="preview")
    if len(location) == 0:
        root.remove(location)


def _rights(root: etree._Element, record: TitleRecord) -> None:
    rights = record.rights
    say(root, "mods:accessCondition", rights.access, type="restriction on access")
    say(
        root,
        "mods:accessCondition",
        rights.text if legal(rights.text).strip() else rights.uri,
        type="use and reproduction",
        xlink__href=uri(rights.uri),
    )


def _record_info(root: etree._Element, record: TitleRecord) -> None:
    info = add(root, "mods:recordInfo")
    say(info, "mods:recordContentSource", record.archive)
    say(info, "mods:recordCreationDate", record.created, encoding="w3cdtf")
    say(info, "mods:recordChangeDate", record.changed, encoding="w3cdtf")
    say(info, "mods:recordIdentifier", record.objid)
    language = add(info, "mods:languageOfCataloging")
    code = {"type": "code", "authority": "iso639-2b"}
    add(language, "mods:languageTerm", "eng", **code)
