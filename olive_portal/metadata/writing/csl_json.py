"""CSL-JSON: what citation software takes, and what the other citations are made from.

https://docs.citationstyles.org/en/stable/specification.html
"""

from __future__ import annotations

import json
import re
from typing import TypedDict

from olive_portal.metadata.records import Name, Part, TitleRecord
from olive_portal.metadata.writing.elements import legal, uri

DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?([~?]?)")


class Person(TypedDict, total=False):
    family: str
    given: str
    literal: str


def render(record: TitleRecord) -> bytes:
    return (json.dumps([entry(record)], ensure_ascii=False, indent=2) + "\n").encode()


def entry(record: TitleRecord) -> dict[str, object]:
    said: dict[str, object] = {
        "id": key(record),
        "type": "software",
        "title": one_line(record.title),
        "author": authors(record),
        "issued": _issued(record.issued),
        "version": one_line(record.version),
        "publisher": "; ".join(publishers(record)),
        "genre": next(iter(record.genres), ""),
        "archive": one_line(record.archive),
        "DOI": doi(record),
        "URL": uri(record.lasting_url),
        "language": next(iter(record.languages), ""),
        "abstract": legal(record.abstract),
        "keyword": ", ".join(one_line(subject.text) for subject in record.subjects),
        "note": preserved(record),
    }
    return {name: value for name, value in said.items() if value}


def key(record: TitleRecord) -> str:
    """A name for the entry, from the last part of the title's address."""
    source = record.url.rstrip("/").rpartition("/")[2] or record.title
    return re.sub(r"[^A-Za-z0-9]+", "-", source).strip("-")[:60] or "software"


def authors(record: TitleRecord) -> list[Person]:
    return [
        person(name)
        for name in record.names_as(Part.CREATOR)
        if legal(name.text).strip()
    ]


def person(name: Name) -> Person:
    """Family and given name if a comma tells them apart, else as it stands."""
    text = one_line(name.text)
    family, comma, given = text.partition(", ")
    if comma and name.kind != "organization":
        return Person(family=family, given=given)
    return Person(literal=text)


def publishers(record: TitleRecord) -> list[str]:
    names = (one_line(name.text) for name in record.names_as(Part.PUBLISHER))
    return [name for name in names if name]


def doi(record: TitleRecord) -> str:
    values = (i.value for i in record.identifiers if i.scheme == "doi")
    return next((one_line(value).removeprefix("doi:") for value in values), "")


def preserved(record: TitleRecord) -> str:
    """By whom, and as which version: another one may behave otherwise."""
    archive = one_line(record.archive)
    if record.package is None or not record.package.number:
        return f"Preserved by {archive}" if archive else ""
    number = f"package version {record.package.number}"
    return f"Preserved by {archive}, {number}" if archive else number.capitalize()


def one_line(text: str) -> str:
    return " ".join(legal(text).split())


def year(issued: str) -> str:
    """The year that a citation shows; "" for a date in words."""
    found = re.match(r"\d{4}|\d{3}X", issued)
    if found is None:
        return ""
    return found[0] if found[0].isdecimal() else f"{found[0][:3]}0s"


def _issued(issued: str) -> dict[str, object]:
    dates = [DATE.fullmatch(part) for part in issued.split("/")]
    parts = [
        [int(number) for number in found.groups()[:3] if number]
        for found in dates
        if found
    ]
    if len(parts) != len(dates):
        return {"literal": one_line(issued)} if issued else {}
    said: dict[str, object] = {"date-parts": parts}
    if any(found and found[4] for found in dates):
        said["circa"] = True
    return said
