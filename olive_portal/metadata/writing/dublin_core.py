"""oai_dc: the fifteen elements of simple Dublin Core, for whoever knows nothing else.

https://www.openarchives.org/OAI/openarchivesprotocol.html#dublincore
"""

from __future__ import annotations

from collections.abc import Iterator

from olive_portal.metadata.records import (
    PACKAGE_TYPE,
    Identifier,
    Part,
    TitleRecord,
)
from olive_portal.metadata.writing.elements import say, serialise, start

# Where an identifier of this scheme can be looked up; others are said as they are.
RESOLVERS = {
    "doi": "https://doi.org/",
    "wikidata": "http://www.wikidata.org/entity/",
}


def render(record: TitleRecord) -> bytes:
    root = start("oai_dc:dc", "dc")
    for name, text in _statements(record):
        say(root, f"dc:{name}", text)
    return serialise(root)


def _statements(record: TitleRecord) -> Iterator[tuple[str, str]]:
    """In the order of the element set, each statement once."""
    said = {
        "title": (record.title_with_version, *record.alternative_titles),
        "creator": _names(record, Part.CREATOR),
        "subject": tuple(subject.text for subject in record.subjects),
        "description": _descriptions(record),
        "publisher": _names(record, Part.PUBLISHER),
        "contributor": _names(record, Part.CONTRIBUTOR),
        "date": (record.issued,),
        "type": ("Software", *record.genres),
        "format": _formats(record),
        "identifier": (record.cite_as, record.url, *map(spell, record.identifiers)),
        "source": tuple(source.title for source in record.sources),
        "language": record.languages,
        "relation": _relations(record),
        "rights": (record.rights.uri, record.rights.text, record.rights.access),
    }
    for name, texts in said.items():
        for text in dict.fromkeys(texts):
            yield name, text


def spell(identifier: Identifier) -> str:
    """An identifier as it is said without its scheme beside it."""
    resolver = RESOLVERS.get(identifier.scheme, "")
    value = identifier.value
    if resolver and not value.startswith(("http://", "https://")):
        return resolver + value.removeprefix("doi:")
    is_bare = ":" not in value and identifier.scheme not in {"", "local", "uri"}
    return f"{identifier.scheme}:{value}" if is_bare else value


def _names(record: TitleRecord, part: Part) -> tuple[str, ...]:
    return tuple(name.text for name in record.names_as(part))


def _descriptions(record: TitleRecord) -> tuple[str, ...]:
    labelled = {"Platform": record.platform, "Requires": record.system_details}
    return (
        record.abstract,
        record.significance,
        *(f"{label}: {text}" for label, text in labelled.items() if text.strip()),
    )


def _formats(record: TitleRecord) -> tuple[str, ...]:
    if record.package is None:
        return ()
    size = record.package.size
    return (PACKAGE_TYPE, "" if size is None else f"{size} bytes")


def _relations(record: TitleRecord) -> tuple[str, ...]:
    """The collections around it by name and address, then its other versions."""
    around = [(group.title, group.url) for group in reversed(record.collections)]
    others = tuple(version.url for version in record.other_versions)
    return (*(text for pair in around for text in pair), *others)
