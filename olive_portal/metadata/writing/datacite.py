"""DataCite 4: what a DOI is registered with, and what aggregators of research harvest.

https://schema.datacite.org/meta/kernel-4.6/
"""

from __future__ import annotations

import re

from lxml import etree

from olive_portal.metadata.namespaces import expand
from olive_portal.metadata.records import PACKAGE_TYPE, Name, Part, TitleRecord
from olive_portal.metadata.writing.elements import (
    add,
    legal,
    say,
    serialise,
    start,
    uri,
)
from olive_portal.metadata.writing.holdings import entity

KINDS = {"person": "Personal", "organization": "Organizational"}
# DataCite demands a maker, a keeper and a year; these are its words for not knowing.
UNKNOWN = "(:unkn)"
NO_YEAR = "0000"
YEAR = re.compile(r"\d{4}")
RANGE = re.compile(r"\d{4}(-\d\d){0,2}(/\d{4}(-\d\d){0,2})?")
LANGUAGE = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
TYPES = {"ark": "ARK", "doi": "DOI", "uri": "URL", "urn": "URN"}


def render(record: TitleRecord) -> bytes:
    return serialise(element(record))


def element(record: TitleRecord) -> etree._Element:
    root = start("datacite:resource")
    for say_part in (
        _identifier,
        _creators,
        _titles,
        _publication,
        _subjects,
        _contributors,
        _dates,
        _alternate_identifiers,
        _related_identifiers,
        _package,
        _rights,
        _descriptions,
    ):
        say_part(root, record)
    for group in [group for group in root if len(group) == 0 and not group.text]:
        root.remove(group)
    return root


def _identifier(root: etree._Element, record: TitleRecord) -> None:
    """The DOI, if there is one: the record is what it is registered with."""
    dois = (i.value for i in record.identifiers if i.scheme == "doi")
    doi = next((value.removeprefix("doi:") for value in dois), "")
    name = entity(record)
    text, kind = (doi, "DOI") if doi else (name.value, TYPES.get(name.scheme, "Other"))
    said = add(root, "datacite:identifier", text, identifierType=kind)
    said.text = said.text or UNKNOWN


def _creators(root: etree._Element, record: TitleRecord) -> None:
    group = add(root, "datacite:creators")
    for name in record.names_as(Part.CREATOR):
        if legal(name.text).strip():
            _name(add(group, "datacite:creator"), "creatorName", name)
    if len(group) == 0:
        add(add(group, "datacite:creator"), "datacite:creatorName", UNKNOWN)


def _name(parent: etree._Element, element: str, name: Name) -> None:
    kind = KINDS.get(name.kind, "")
    add(parent, f"datacite:{element}", name.text, nameType=kind)
    family, comma, given = name.text.partition(", ")
    if comma and name.kind != "organization":
        say(parent, "datacite:givenName", given)
        say(parent, "datacite:familyName", family)
    link = uri(name.uri)
    say(parent, "datacite:nameIdentifier", link, nameIdentifierScheme="URI")


def _titles(root: etree._Element, record: TitleRecord) -> None:
    titles = add(root, "datacite:titles")
    title = record.title if legal(record.title).strip() else UNKNOWN
    add(titles, "datacite:title", title)
    for other in record.alternative_titles:
        say(titles, "datacite:title", other, titleType="AlternativeTitle")


def _publication(root: etree._Element, record: TitleRecord) -> None:
    """By the archive: who first published the software is among the contributors."""
    archive = record.archive if legal(record.archive).strip() else UNKNOWN
    add(root, "datacite:publisher", archive)
    years = (YEAR.match(date) for date in (record.created, record.issued))
    year = next((found[0] for found in years if found), NO_YEAR)
    add(root, "datacite:publicationYear", year)
    kind = next(iter(record.genres), "") or "Preserved software"
    add(root, "datacite:resourceType", kind, resourceTypeGeneral="Software")
    language = next(iter(record.languages), "")
    if LANGUAGE.fullmatch(language):
        add(root, "datacite:language", language)
    say(root, "datacite:version", record.version)


def _subjects(root: etree._Element, record: TitleRecord) -> None:
    group = add(root, "datacite:subjects")
    for subject in record.subjects:
        say(group, "datacite:subject", subject.text, valueURI=uri(subject.uri))


def _contributors(root: etree._Element, record: TitleRecord) -> None:
    group = add(root, "datacite:contributors")
    parts = (("Distributor", Part.PUBLISHER), ("Other", Part.CONTRIBUTOR))
    for kind, part in parts:
        for name in record.names_as(part):
            if legal(name.text).strip():
                one = add(group, "datacite:contributor", contributorType=kind)
                _name(one, "contributorName", name)


def _dates(root: etree._Element, record: TitleRecord) -> None:
    group = add(root, "datacite:dates")
    issued = record.issued
    if RANGE.fullmatch(issued):
        add(group, "datacite:date", issued, dateType="Issued")
    elif year := YEAR.match(issued):
        about = {"dateType": "Issued", "dateInformation": issued}
        add(group, "datacite:date", year[0], **about)
    say(group, "datacite:date", record.created, dateType="Available")
    say(group, "datacite:date", record.changed, dateType="Updated")


def _alternate_identifiers(root: etree._Element, record: TitleRecord) -> None:
    group = add(root, "datacite:alternateIdentifiers")
    said = root.findtext(expand("datacite:identifier"))
    others = [(i.scheme or "local", i.value) for i in record.identifiers]
    for scheme, value in [*others, ("URL", record.lasting_url)]:
        if value != said:
            kind = {"alternateIdentifierType": TYPES.get(scheme, scheme)}
            say(group, "datacite:alternateIdentifier", value, **kind)


def _related_identifiers(root: etree._Element, record: TitleRecord) -> None:
    group = add(root, "datacite:relatedIdentifiers")
    related = [("IsPartOf", collection.url) for collection in record.collections[-1:]]
    related += [("HasVersion", version.url) for version in record.other_versions]
    related += [("HasMetadata", face.url) for face in record.faces]
    for kind, link in related:
        how = {"relatedIdentifierType": "URL", "relationType": kind}
        say(group, "datacite:relatedIdentifier", uri(link), **how)


def _package(root: etree._Element, record: TitleRecord) -> None:
    if record.package is None:
        return
    add(add(root, "datacite:formats"), "datacite:format", PACKAGE_TYPE)
    if record.package.size is not None:
        size = f"{record.package.size} bytes"
        add(add(root, "datacite:sizes"), "datacite:size", size)


def _rights(root: etree._Element, record: TitleRecord) -> None:
    group = add(root, "datacite:rightsList")
    rights = record.rights
    link = uri(rights.uri)
    if link or legal(rights.text).strip():
        add(group, "datacite:rights", rights.text or rights.uri, rightsURI=link)
    say(group, "datacite:rights", rights.access)


def _descriptions(root: etree._Element, record: TitleRecord) -> None:
    group = add(root, "datacite:descriptions")
    texts = (
        ("Abstract", record.abstract),
        ("Other", record.significance),
        ("TechnicalInfo", record.platform),
        ("TechnicalInfo", record.system_details),
    )
    for kind, text in texts:
        say(group, "datacite:description", text, descriptionType=kind)
