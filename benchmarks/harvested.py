"""The records that harvest.py harvests: in the portal's database, and in the peer."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import django
from django.core.management import call_command
from lxml import etree
from oaipmh import common
from oaipmh.metadata import MetadataRegistry
from oaipmh.server import BatchingServer, oai_dc_writer

from olive_portal.metadata.records import (
    Collection,
    Name,
    Rights,
    Subject,
    TitleRecord,
)
from olive_portal.metadata.writing import dublin_core

START = datetime(2024, 1, 1)  # noqa: DTZ001  # the peer wants it so
AT_ONCE = 1000
ABSTRACT = "A program that somebody wrote, others used, and that is kept running. " * 7
DC = "{http://purl.org/dc/elements/1.1/}"


def titles(count: int) -> Iterator[TitleRecord]:
    """Of about 1.5 kB in Dublin Core each."""
    for number in range(1, count + 1):
        yield TitleRecord(
            title=f"Program {number}",
            version="1.0",
            names=(Name("Woods, Don", "person"), Name("A Company", "organization")),
            issued=str(1960 + number % 60),
            languages=("eng",),
            abstract=ABSTRACT,
            platform="IBM PC, MS-DOS 5",
            subjects=(Subject("Adventure games"), Subject("Caves")),
            rights=Rights("http://rightsstatements.org/vocab/InC/1.0/"),
            collections=(Collection("Games", "http://127.0.0.1/collections/games"),),
            url=f"http://127.0.0.1/items/program-{number}",
        )


def fill(count: int) -> None:
    django.setup()
    from olive_portal.oai import services  # noqa: PLC0415  # after setup
    from olive_portal.oai.models import Record  # noqa: PLC0415

    call_command("migrate", "oai", verbosity=0)
    known = Record.objects.count()
    exposures = (
        services.Exposure(
            source=f"item/{number}",
            identifier=f"oai:olive.invalid:99999/{number}",
            sets={"collection": "Collections", f"collection:{number % 9}": "One"},
            metadata={"oai_dc": dublin_core.render(title)},
        )
        for number, title in enumerate(titles(count), start=1)
        if number > known
    )
    while some := list(islice(exposures, AT_ONCE)):
        services.expose(some)


class Memory:
    """What `oaipmh` asks a repository for; everything is a list that it cuts."""

    def __init__(self, count: int) -> None:
        self.rows = [row(n, title) for n, title in enumerate(titles(count), start=1)]

    def identify(self) -> common.Identify:
        return common.Identify(
            repositoryName="Peer",
            baseURL="http://127.0.0.1/oai",
            protocolVersion="2.0",
            adminEmails=["archive@olive.invalid"],
            earliestDatestamp=START,
            deletedRecord="persistent",
            granularity="YYYY-MM-DDThh:mm:ssZ",
            compression=["identity"],
        )

    def listRecords(  # noqa: N802
        self, *, cursor: int, batch_size: int, **_selection: Any
    ) -> list[Any]:
        return self.rows[cursor : cursor + batch_size]


def row(number: int, title: TitleRecord) -> tuple[common.Header, common.Metadata, None]:
    fields: dict[str, list[str]] = {}
    root = etree.fromstring(dublin_core.render(title))
    for element in root:
        fields.setdefault(str(element.tag).removeprefix(DC), []).append(element.text)
    identifier = f"oai:olive.invalid:99999/{number}"
    stamp = START + timedelta(seconds=number)
    header = common.Header(None, identifier, stamp, ["collection"], deleted=False)
    return header, common.Metadata(None, fields), None


def peer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """A WSGI application around the peer's server."""
    arguments = dict(pair.split("=", 1) for pair in environ["QUERY_STRING"].split("&"))
    answer: bytes = SERVER.handleRequest(arguments)
    headers = [("Content-Type", "text/xml"), ("Content-Length", str(len(answer)))]
    start_response("200 OK", headers)
    return [answer]


if "RECORDS" in os.environ:
    registry = MetadataRegistry()
    registry.registerWriter("oai_dc", oai_dc_writer)
    SERVER = BatchingServer(
        Memory(int(os.environ["RECORDS"])), registry, resumption_batch_size=100
    )

if __name__ == "__main__":
    fill(int(sys.argv[1]))
