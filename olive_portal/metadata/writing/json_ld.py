"""What schema.org and CodeMeta say alike, as JSON that can stand inside a page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from olive_portal.metadata.records import Name, Part, TitleRecord
from olive_portal.metadata.writing.elements import legal, uri

Value = str | int | list["Value"] | dict[str, "Value"]

# A date that schema.org takes; a span or a guess is none.
DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
# What would end the element of the page around the JSON.
ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})
KINDS = {"person": "Person", "organization": "Organization"}


def serialise(said: Mapping[str, Value | None]) -> bytes:
    """UTF-8, in the given order, without what says nothing."""
    kept = {key: value for key, value in said.items() if value not in (None, "", [])}
    text = json.dumps(kept, ensure_ascii=False, indent=2)
    return f"{text.translate(ESCAPES)}\n".encode()


def plain(text: str) -> str:
    """Text without what UTF-8 or a reader of it could not hold."""
    return legal(text).strip()


def listed(texts: Iterable[str]) -> list[Value]:
    return [text for text in dict.fromkeys(map(plain, texts)) if text]


def named(record: TitleRecord, part: Part) -> list[Value]:
    """Those who made, published or helped, each as a node."""
    return [_agent(name) for name in record.names_as(part) if plain(name.text)]


def _agent(name: Name) -> Value:
    # schema.org has no word for "somebody": a name of unknown kind is a person's.
    node: dict[str, Value] = {
        "@type": KINDS.get(name.kind, "Person"),
        "name": plain(name.text),
    }
    if link := uri(name.uri):
        node["@id"] = link
    return node


def identifiers(record: TitleRecord) -> list[Value]:
    return [
        {
            "@type": "PropertyValue",
            "propertyID": identifier.scheme or "local",
            "value": plain(identifier.value),
        }
        for identifier in record.identifiers
        if plain(identifier.value)
    ]


def issued(record: TitleRecord) -> str:
    return record.issued if DATE.fullmatch(record.issued) else ""


def description(record: TitleRecord) -> str:
    return "\n\n".join(filter(None, map(plain, (record.abstract, record.significance))))


def licence(record: TitleRecord) -> str:
    """The address of the rights statement, else its words."""
    return uri(record.rights.uri) or plain(record.rights.text)
