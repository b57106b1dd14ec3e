"""Simple and qualified Dublin Core: a set of statements becomes a TitleRecord.

For records whose maker had nothing richer. An element counts wherever it stands in the
container; its refinement in dcterms counts as the element, or better.
"""

from __future__ import annotations

import re
from collections import defaultdict

from lxml import etree

from olive_portal.metadata.errors import BadRecord
from olive_portal.metadata.reading import dates
from olive_portal.metadata.reading.parsing import line_of, paragraphs_of, text_of
from olive_portal.metadata.records import (
    Collection,
    Identifier,
    Name,
    Rights,
    Subject,
    TitleRecord,
)

ELEMENTS = "http://purl.org/dc/elements/1.1/"
TERMS = "http://purl.org/dc/terms/"
NAMES = {"creator": "creator", "contributor": "contributor", "publisher": "publisher"}
# Types of the DCMI vocabulary, which say no more than that this is software.
DCMI_TYPES = {"software", "interactiveresource", "interactive resource", "collection"}
DATES = ("issued", "date", "dateCopyrighted", "created", "available")
RIGHTS = ("rights", "license", "rightsHolder")
UNDERSTOOD = {
    *NAMES,
    *DATES,
    *RIGHTS,
    "abstract",
    "accessRights",
    "alternative",
    "description",
    "identifier",
    "isPartOf",
    "language",
    "requires",
    "subject",
    "title",
    "type",
}
SCHEMES = (
    ("ark", re.compile(r"(?:https?://[^/]+/)?(ark:.+)", re.IGNORECASE)),
    ("doi", re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:)?(10\.\d+/.+)", re.I)),
    ("hdl", re.compile(r"(?:https?://hdl\.handle\.net/|hdl:)(.+)", re.IGNORECASE)),
    ("isbn", re.compile(r"(?:urn:)?isbn:? ?([\dXx-]+)", re.IGNORECASE)),
    ("urn", re.compile(r"(urn:.+)", re.IGNORECASE)),
    ("uri", re.compile(r"(https?://.+)", re.IGNORECASE)),
)

STORED_GROUP = re.compile(r"AIC#\d+$")

Statements = dict[str, list[etree._Element]]


def is_here(container: etree._Element) -> bool:
    return bool(_statements(container))


def read(container: etree._Element) -> TitleRecord:
    """What the statements in `container` say. Raises BadRecord if there is no title."""
    said = _statements(container)
    titles = _texts(said, "title")
    if not titles:
        raise BadRecord("the Dublin Core has no title", line=line_of(container))
    return TitleRecord(
        title=titles[0],
        alternative_titles=(*titles[1:], *_texts(said, "alternative")),
        names=tuple(_names(said)),
        issued=next((d for name in DATES for d in _dates(said, name)), ""),
        languages=_texts(said, "language"),
        abstract="\n\n".join(
            paragraphs_of(element)
            for name in ("abstract", "description")
            for element in said.get(name, [])
        ),
        system_details="\n\n".join(_texts(said, "requires")),
        subjects=tuple(Subject(text) for text in _texts(said, "subject")),
        genres=tuple(
            text for text in _texts(said, "type") if text.lower() not in DCMI_TYPES
        ),
        identifiers=tuple(identify(text) for text in _texts(said, "identifier")),
        rights=_rights(said),
        collections=tuple(Collection(text) for text in _parts(said)[:1]),
    )


def not_understood(container: etree._Element) -> list[etree._Element]:
    return [
        element
        for name, elements in _statements(container).items()
        for element in elements
        if name not in UNDERSTOOD
    ]


def identify(text: str) -> Identifier:
    """An identifier with the scheme that its own form tells."""
    for scheme, form in SCHEMES:
        if found := form.fullmatch(text):
            return Identifier(scheme, found[1])
    return Identifier("local", text)


def _statements(container: etree._Element) -> Statements:
    found: Statements = defaultdict(list)
    for namespace in (ELEMENTS, TERMS):
        for element in container.iter(f"{{{namespace}}}*"):
            # The wrapper of some makers is in the terms' own namespace.
            if len(element) == 0 and text_of(element):
                found[etree.QName(element).localname].append(element)
    return dict(found)


def _texts(said: Statements, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text_of(element) for element in said.get(name, [])))


def _dates(said: Statements, name: str) -> list[str]:
    return [dates.expression(text) for text in _texts(said, name)]


def _names(said: Statements) -> list[Name]:
    return [
        Name(text, "organization" if role == "publisher" else "", "", (role,))
        for element, role in NAMES.items()
        for text in _texts(said, element)
    ]


def _parts(said: Statements) -> list[str]:
    """Archivematica says here, too, in which of its stored groups a copy lies."""
    return [t for t in _texts(said, "isPartOf") if not STORED_GROUP.match(t)]


def _rights(said: Statements) -> Rights:
    texts = [text for name in RIGHTS for text in _texts(said, name)]
    links = [text for text in texts if text.startswith(("http://", "https://"))]
    words = [text for text in texts if text not in links[:1]]
    access = "\n\n".join(_texts(said, "accessRights"))
    return Rights(next(iter(links), ""), "\n\n".join(words), access)
