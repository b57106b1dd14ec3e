"""schema.org JSON-LD: what search engines read. https://schema.org/SoftwareApplication"""

from __future__ import annotations

import re

from olive_portal.metadata.records import DOCUMENTATION, PACKAGE_TYPE, Part, TitleRecord
from olive_portal.metadata.writing import json_ld
from olive_portal.metadata.writing.elements import uri
from olive_portal.metadata.writing.json_ld import Value, listed, plain

GAME = re.compile(r"\b(game|games|spiel|jeu|juego)\b", re.IGNORECASE)


def render(record: TitleRecord) -> bytes:
    is_game = _is_game(record)
    genres = listed(record.genres)
    return json_ld.serialise(
        {
            "@context": "https://schema.org",
            "@type": "VideoGame" if is_game else "SoftwareApplication",
            "@id": uri(record.lasting_url),
            "url": uri(record.url),
            "name": plain(record.title),
            "alternateName": listed(record.alternative_titles),
            "softwareVersion": plain(record.version),
            "author": json_ld.named(record, Part.CREATOR),
            "publisher": json_ld.named(record, Part.PUBLISHER),
            "contributor": json_ld.named(record, Part.CONTRIBUTOR),
            "datePublished": json_ld.issued(record),
            "inLanguage": listed(record.languages),
            "description": json_ld.description(record),
            "keywords": listed(subject.text for subject in record.subjects),
            "genre" if is_game else "applicationCategory": genres,
            "gamePlatform" if is_game else "operatingSystem": plain(record.platform),
            "softwareRequirements": plain(record.system_details),
            "identifier": json_ld.identifiers(record),
            "license": json_ld.licence(record),
            "conditionsOfAccess": plain(record.rights.access),
            "isPartOf": _collection(record),
            "screenshot": _screenshots(record),
            "softwareHelp": _documents(record),
            "encoding": _package(record),
            "potentialAction": _actions(record),
            "provider": _archive(record),
            "sdDatePublished": record.changed,
        }
    )


def _is_game(record: TitleRecord) -> bool:
    words = (*record.genres, *(subject.text for subject in record.subjects))
    return any(GAME.search(word) for word in words)


def _collection(record: TitleRecord) -> Value | None:
    if not plain(record.host):
        return None
    node: dict[str, Value] = {"@type": "Collection", "name": plain(record.host)}
    if link := uri(record.collections[-1].url):
        node["@id"] = link
    return node


def _screenshots(record: TitleRecord) -> list[Value]:
    return [
        {
            "@type": "ImageObject",
            "contentUrl": uri(file.href),
            "caption": plain(file.label),
        }
        for file in record.screenshots
        if uri(file.href)
    ]


def _documents(record: TitleRecord) -> list[Value]:
    return [
        {
            "@type": "CreativeWork",
            "url": uri(file.href),
            "name": plain(file.label),
            "encodingFormat": plain(file.media_type),
        }
        for file in record.files
        if file.use == DOCUMENTATION and uri(file.href)
    ]


def _package(record: TitleRecord) -> Value | None:
    package = record.package
    if package is None:
        return None
    node: dict[str, Value] = {
        "@type": "MediaObject",
        "name": plain(package.filename),
        "encodingFormat": PACKAGE_TYPE,
        "version": str(package.number),
    }
    if package.size is not None:
        node["contentSize"] = f"{package.size} B"
    if package.sha256:
        node["sha256"] = package.sha256
    return node


def _actions(record: TitleRecord) -> list[Value]:
    return [
        {
            "@type": "PlayAction" if _is_game(record) else "UseAction",
            "name": plain(route.label),
            "target": uri(route.url),
        }
        for route in record.routes
        if uri(route.url)
    ]


def _archive(record: TitleRecord) -> Value | None:
    name = plain(record.archive)
    return {"@type": "ArchiveOrganization", "name": name} if name else None
