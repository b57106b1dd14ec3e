from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from lxml import etree

from olive_portal.oai import paging, services, stamping
from olive_portal.oai.services import Exposure

OAI = "{http://www.openarchives.org/OAI/2.0/}"
DC = (
    '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/oai_dc/'
    ' http://www.openarchives.org/OAI/2.0/oai_dc.xsd">'
    "<dc:title>{title}</dc:title></oai_dc:dc>"
)
MODS = (
    '<mods:mods xmlns:mods="http://www.loc.gov/mods/v3" version="3.8">'
    "<mods:titleInfo><mods:title>{title}</mods:title></mods:titleInfo></mods:mods>"
)
SETS = {"collection": "Collections", "collection:games": "Games"}


class Answer:
    """What the repository said, parsed."""

    def __init__(self, response):
        self.response = response
        self.root = etree.fromstring(response.content)

    def texts(self, name):
        return [element.text for element in self.root.iter(OAI + name)]

    def text(self, name):
        (found,) = self.texts(name)
        return found

    def all(self, name):
        return list(self.root.iter(OAI + name))

    def one(self, name):
        (found,) = self.all(name)
        return found

    @property
    def errors(self):
        return [element.get("code") for element in self.root.iter(OAI + "error")]

    @property
    def token(self):
        return next(iter(self.texts("resumptionToken")), None)


@pytest.fixture(autouse=True)
def static_root(settings):
    settings.STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns when it is not there


@pytest.fixture
def ask():
    """Asks by GET; `from_` stands for the argument that Python has a word for."""

    def ask(verb, **arguments):
        named = {name.rstrip("_"): value for name, value in arguments.items()}
        return Answer(Client().get("/oai", {"verb": verb, **named}))

    return ask


@pytest.fixture
def pages(ask):
    """Every answer of a list, to its end."""

    def pages(verb="ListRecords", **arguments):
        answer = ask(verb, **({"metadataPrefix": "oai_dc"} | arguments))
        yield answer
        while answer.token:
            answer = ask(verb, resumptionToken=answer.token)
            yield answer

    return pages


@pytest.fixture
def small_pages(monkeypatch):
    """Two records a page, so that a small repository has many."""
    for name in ("HEADERS", "RECORDS"):
        shorter = getattr(paging, name).replace(f"LIMIT {paging.PAGE + 1}", "LIMIT 3")
        monkeypatch.setattr(paging, name, shorter)
    monkeypatch.setattr("olive_portal.oai.verbs.PAGE", 2)


def exposure(key, *, title="", sets=SETS, formats=("oai_dc",), kept=()):
    title = title or f"Title {key}"
    made = {"oai_dc": DC, "mods": MODS}
    return Exposure(
        source=f"item/{key}",
        identifier=f"oai:olive.invalid:99999/{key}",
        sets=sets,
        metadata={name: made[name].format(title=title).encode() for name in formats},
        kept=frozenset(kept),
    )


@pytest.fixture
def expose(db):
    """Exposes one thing, and returns how many records that changed."""

    def expose(key=1, **fields):
        return services.expose([exposure(key, **fields)])

    return expose


@pytest.fixture
def expose_many(db):
    def expose_many(count, **fields):
        return services.expose([exposure(n + 1, **fields) for n in range(count)])

    return expose_many


@pytest.fixture
def clock(monkeypatch):
    """Stamps and horizons are read from here; it stands still until it is set."""

    class Clock:
        now = 1_700_000_000

        def __call__(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(stamping.time, "time", clock)
    if connection.vendor == "postgresql":  # it has a clock of its own
        for table in (stamping.STAMPERS, stamping.HORIZONS):
            monkeypatch.setitem(table, "postgresql", lambda: int(clock.now))
    return clock
