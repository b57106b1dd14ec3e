"""MODS 3.0 to 3.8: one mods element becomes a TitleRecord.

Only an element's own children count: what stands below relatedItem or recordInfo
describes something else. Repeated and missing parts are normal; only a record without
any title is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from olive_portal.metadata import relators
from olive_portal.metadata.errors import BadRecord
from olive_portal.metadata.reading import dates
from olive_portal.metadata.reading.parsing import line_of, paragraphs_of, text_of
from olive_portal.metadata.records import (
    Collection,
    Identifier,
    Name,
    OtherVersion,
    Rights,
    Subject,
    TitleRecord,
)

NAMESPACE = "http://www.loc.gov/mods/v3"
NS = {"m": NAMESPACE}
HREF = "{http://www.w3.org/1999/xlink}href"

KINDS = {"personal": "person", "family": "person", "corporate": "organization"}
KINDS["conference"] = "organization"
COPYING = {"capture", "digitization", "reproduction"}
HOST = "m:relatedItem[@type='host']"
PACKAGE_VERSION = re.compile(r"Package version (\d{1,9})")
PUBLISHING = {"distributor", "issuing body", "publisher"}
ELISIONS = ("'", "\N{RIGHT SINGLE QUOTATION MARK}")
# What read() reads, or says itself of every title; of some only certain types.
UNDERSTOOD: dict[str, set[str]] = {
    "abstract": set(),
    "accessCondition": set(),
    "genre": set(),
    "identifier": set(),
    "language": set(),
    "location": set(),
    "name": set(),
    "note": {"significance", "platform", "system details", "version identification"},
    "originInfo": set(),
    "physicalDescription": set(),
    "recordInfo": set(),
    "relatedItem": {"host", "otherVersion"},
    "subject": set(),
    "titleInfo": set(),
    "typeOfResource": set(),
}
SUBJECT_PARTS = ("topic", "geographic", "temporal", "name", "titleInfo", "genre")


def read(mods: etree._Element) -> TitleRecord:
    """What `mods` says of its title. Raises BadRecord if it has no title."""
    title, alternatives = _titles(mods)
    return TitleRecord(
        title=title,
        alternative_titles=alternatives,
        version=_version(mods),
        names=_with_publishers(_names(mods), mods),
        issued=dates.issued(_origins(mods)),
        languages=_languages(mods),
        abstract="\n\n".join(map(paragraphs_of, mods.findall("m:abstract", NS))),
        significance=_notes(mods, "significance"),
        platform=_notes(mods, "platform"),
        system_details=_notes(mods, "system details"),
        subjects=_subjects(mods),
        genres=_texts(mods.findall("m:genre", NS)),
        identifiers=_identifiers(mods),
        rights=_rights(mods),
        collections=_collections(mods),
        other_versions=tuple(_other_versions(mods)),
        url=text_of(mods.find("m:location/m:url[@usage='primary display']", NS)),
        cite_as=text_of(mods.find("m:location/m:url[@displayLabel='Cite as']", NS)),
        archive=text_of(mods.find("m:recordInfo/m:recordContentSource", NS)),
        created=text_of(mods.find("m:recordInfo/m:recordCreationDate", NS)),
        changed=text_of(mods.find("m:recordInfo/m:recordChangeDate", NS)),
    )


def _collections(mods: etree._Element) -> tuple[Collection, ...]:
    """The host that it is in, and the hosts around that one; outermost first."""
    found: list[Collection] = []
    host = mods.find(HOST, NS)
    while host is not None:
        if title := text_of(host.find("m:titleInfo/m:title", NS)):
            url = text_of(host.find("m:location/m:url", NS)) or host.get(HREF, "")
            found.append(Collection(title, url))
        host = host.find(HOST, NS)
    return tuple(reversed(found))


def _other_versions(mods: etree._Element) -> Iterator[OtherVersion]:
    """The other packages that the portal names; other software has no number."""
    for related in mods.findall("m:relatedItem[@type='otherVersion']", NS):
        title = text_of(related.find("m:titleInfo/m:title", NS))
        if number := PACKAGE_VERSION.fullmatch(title):
            yield OtherVersion(int(number[1]), related.get(HREF, ""))


def _texts(elements: list[etree._Element]) -> tuple[str, ...]:
    """The elements' texts, each once, in their order."""
    return tuple(dict.fromkeys(filter(None, map(text_of, elements))))


def package_version(mods: etree._Element) -> int:
    """The number that the portal gives to its package; 0 where there is none."""
    for note in mods.findall("m:note[@type='version identification']", NS):
        if number := PACKAGE_VERSION.fullmatch(text_of(note)):
            return int(number[1])
    return 0


def not_understood(mods: etree._Element) -> list[etree._Element]:
    """The record's own children that read() makes nothing of."""
    return [element for element in mods if not _is_understood(element)]


def _is_understood(element: etree._Element) -> bool:
    kinds = UNDERSTOOD.get(_local(element))
    return kinds is not None and (not kinds or element.get("type", "") in kinds)


def _titles(mods: etree._Element) -> tuple[str, tuple[str, ...]]:
    found = [
        (info, title)
        for info in mods.findall("m:titleInfo", NS)
        if (title := _title(info))
    ]
    if not found:
        raise BadRecord("the MODS record has no title", line=line_of(mods))
    # usage="primary" came with MODS 3.4; before, the title without a type is the one.
    main = min(
        found,
        key=lambda pair: (pair[0].get("usage") != "primary", "type" in pair[0].attrib),
    )
    others = dict.fromkeys(title for _, title in found if title != main[1])
    return main[1], tuple(others)


def _title(info: etree._Element) -> str:
    """Title proper with its article and subtitle; partNumber is the version's."""
    parts = [text_of(info.find(f"m:{tag}", NS)) for tag in ("nonSort", "title")]
    # "L'" and "The" both are articles: only the second is a word of its own.
    title = "".join(parts) if parts[0].endswith(ELISIONS) else " ".join(parts)
    subtitle = text_of(info.find("m:subTitle", NS))
    part = text_of(info.find("m:partName", NS))
    title = f"{title.strip()}: {subtitle}" if subtitle else title.strip()
    return f"{title}. {part}" if part else title


def _version(mods: etree._Element) -> str:
    editions = [el for o in _origins(mods) for el in o.findall("m:edition", NS)]
    numbers = mods.findall("m:titleInfo/m:partNumber", NS)
    return next(iter(_texts(editions) or _texts(numbers)), "")


def _origins(mods: etree._Element) -> list[etree._Element]:
    """Where the title comes from; a copy's making is another event."""
    origins = mods.findall("m:originInfo", NS)
    return [o for o in origins if o.get("eventType", "") not in COPYING]


def _names(mods: etree._Element) -> tuple[Name, ...]:
    return tuple(name for el in mods.findall("m:name", NS) if (name := _name(el)).text)


def _name(element: etree._Element) -> Name:
    parts = {
        part.get("type", ""): text_of(part)
        for part in reversed(element.findall("m:namePart", NS))
    }
    if "family" in parts:
        text = " ".join(filter(None, (parts.get("given"), parts["family"])))
    else:
        text = parts.get("") or text_of(element.find("m:displayForm", NS))
    terms = [
        relators.term(term.get("valueURI") or text_of(term))
        for role in element.findall("m:role", NS)
        # The code says the same as the text beside it, and says it in English.
        for term in role.findall("m:roleTerm[@type='code']", NS)
        or role.findall("m:roleTerm", NS)
    ]
    return Name(
        text=text,
        kind=KINDS.get(element.get("type", ""), ""),
        uri=_uri(element),
        roles=tuple(dict.fromkeys(filter(None, terms))),
    )


def _with_publishers(names: tuple[Name, ...], mods: etree._Element) -> tuple[Name, ...]:
    """The names, then the publishers of originInfo that are not among them."""
    known = {name.text for name in names if PUBLISHING.intersection(name.roles)}
    return names + tuple(
        Name(text=text_of(el), kind="organization", uri=_uri(el), roles=("publisher",))
        for origin in _origins(mods)
        for el in origin.findall("m:publisher", NS)
        if text_of(el) and text_of(el) not in known
    )


def _uri(element: etree._Element) -> str:
    """The authority's URI: valueURI since MODS 3.4, a nameIdentifier, or a link."""
    uris = [element.get("valueURI", ""), element.get(HREF, "")]
    uris += map(text_of, element.findall("m:nameIdentifier", NS))
    return next((uri for uri in uris if uri.startswith(("http://", "https://"))), "")


def _languages(mods: etree._Element) -> tuple[str, ...]:
    found = []
    for language in mods.findall("m:language", NS):
        codes = _texts(language.findall("m:languageTerm[@type='code']", NS))
        words = _texts(language.findall("m:languageTerm", NS))
        found += list(codes[:1] or words[:1])
    return tuple(dict.fromkeys(found))


def _notes(mods: etree._Element, kind: str) -> str:
    notes = mods.findall(f"m:note[@type='{kind}']", NS)
    return "\n\n".join(filter(None, map(paragraphs_of, notes)))


def _subjects(mods: etree._Element) -> tuple[Subject, ...]:
    found: dict[str, Subject] = {}
    for subject in mods.findall("m:subject", NS):
        parts = [part for part in subject if _local(part) in SUBJECT_PARTS]
        text = " -- ".join(filter(None, map(text_of, parts)))
        uris = [_uri(subject), *map(_uri, parts[:1] if len(parts) == 1 else [])]
        if text:
            found.setdefault(text, Subject(text, next(filter(None, uris), "")))
    return tuple(found.values())


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname


def _identifiers(mods: etree._Element) -> tuple[Identifier, ...]:
    return tuple(
        dict.fromkeys(
            Identifier((el.get("type") or "local").lower(), text_of(el))
            for el in mods.findall("m:identifier", NS)
            if text_of(el) and el.get("invalid") != "yes"
        )
    )


def _rights(mods: etree._Element) -> Rights:
    uri, texts, access = "", [], []
    for condition in mods.findall("m:accessCondition", NS):
        text = text_of(condition)
        if condition.get("type") == "restriction on access":
            access.append(text)
            continue
        uri = uri or condition.get(HREF) or condition.get("valueURI") or ""
        if text == uri:
            continue
        if not uri and text.startswith(("http://", "https://")):
            uri, text = text, ""
        texts.append(text)
    return Rights(
        uri, "\n\n".join(filter(None, texts)), "\n\n".join(filter(None, access))
    )
