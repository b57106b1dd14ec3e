from __future__ import annotations

import pytest
from lxml import etree

from olive_portal.metadata.records import (
    Collection,
    Identifier,
    Name,
    Package,
    Rights,
    Source,
    Subject,
    TitleRecord,
)
from olive_portal.metadata.writing import dublin_core


def said(record):
    """The statements by element, in their order."""
    found = {}
    for element in etree.fromstring(dublin_core.render(record)):
        found.setdefault(etree.QName(element).localname, []).append(element.text)
    return found


def test_a_title_is_enough():
    assert said(TitleRecord("Rogue")) == {"title": ["Rogue"], "type": ["Software"]}


def test_roles_decide_between_creator_publisher_and_contributor():
    names = (
        Name("Toy", roles=("programmer", "contributor")),
        Name("Nobody said", roles=()),
        Name("Epyx", roles=("publisher",)),
        Name("Arnold", roles=("musician",)),
        Name("Wichman", roles=("author", "publisher")),
    )
    found = said(TitleRecord("Rogue", names=names))
    assert found["creator"] == ["Toy", "Nobody said", "Wichman"]
    assert found["publisher"] == ["Epyx", "Wichman"]
    assert found["contributor"] == ["Arnold"]


def test_the_record_is_said_in_fifteen_elements():
    record = TitleRecord(
        "Rogue",
        version="5.4",
        alternative_titles=("Rog-O-Matic",),
        subjects=(Subject("Games"), Subject("Games", "http://a.example/1")),
        genres=("video game",),
        abstract="It digs.",
        platform="Unix V6",
        issued="1980~",
        languages=("eng",),
        identifiers=(Identifier("doi", "10.1/a"), Identifier("ark", "ark:/1/a")),
        url="https://olive.example.org/items/rogue",
        sources=(Source("A tape"),),
        collections=(Collection("All", "https://o.example/all"), Collection("Games")),
        rights=Rights("https://spdx.org/licenses/MIT.html", "MIT"),
        package=Package(2, "rogue-2.nxpk", 7, "ab", "i686", 1),
    )
    assert said(record) == {
        "title": ["Rogue, version 5.4", "Rog-O-Matic"],
        "subject": ["Games"],
        "description": ["It digs.", "Platform: Unix V6"],
        "date": ["1980~"],
        "type": ["Software", "video game"],
        "format": ["application/x-vmnetx-package", "7 bytes"],
        "identifier": [
            "https://olive.example.org/items/rogue",
            "https://doi.org/10.1/a",
            "ark:/1/a",
        ],
        "source": ["A tape"],
        "language": ["eng"],
        "relation": ["Games", "All", "https://o.example/all"],
        "rights": ["https://spdx.org/licenses/MIT.html", "MIT"],
    }


@pytest.mark.parametrize(
    ("identifier", "text"),
    [
        (Identifier("doi", "doi:10.1/a"), "https://doi.org/10.1/a"),
        (Identifier("doi", "https://doi.org/10.1/a"), "https://doi.org/10.1/a"),
        (Identifier("wikidata", "Q1"), "http://www.wikidata.org/entity/Q1"),
        (Identifier("isbn", "978-3"), "isbn:978-3"),
        (Identifier("local", "x"), "x"),
        (Identifier("", "x"), "x"),
    ],
)
def test_an_identifier_says_its_scheme(identifier, text):
    assert dublin_core.spell(identifier) == text


def test_the_same_record_makes_the_same_bytes():
    record = TitleRecord("Rogue", subjects=(Subject("b"), Subject("a")))
    assert dublin_core.render(record) == dublin_core.render(record)
    assert dublin_core.render(record).startswith(b"<oai_dc:dc xmlns:")
