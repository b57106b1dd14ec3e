from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from olive_portal.metadata.reading import mods as reading
from olive_portal.metadata.records import (
    Collection,
    Identifier,
    Name,
    OtherVersion,
    Package,
    Rights,
    Source,
    Subject,
    TitleRecord,
)
from olive_portal.metadata.writing import mods

NS = {"m": "http://www.loc.gov/mods/v3"}
FULL = TitleRecord(
    title="Rogue",
    alternative_titles=("Rog-O-Matic",),
    version="5.4",
    names=(
        Name("Michael Toy", "person", "http://viaf.org/viaf/1", ("programmer",)),
        Name("Epyx", "organization", "", ("publisher", "goblin")),
        Name("Nobody"),
    ),
    issued="1980-02",
    languages=("eng", "pt-BR", "Klingon of the north"),
    abstract="It digs.\n\nDeep.",
    significance="First of its kind.",
    platform="Unix V6",
    system_details="A terminal.",
    subjects=(Subject("Games", "https://www.wikidata.org/wiki/Q1"), Subject("Caves")),
    genres=("video game",),
    identifiers=(Identifier("ark", "ark:/1/a"), Identifier("local", "a")),
    rights=Rights("https://spdx.org/licenses/MIT.html", "MIT", "In the library."),
    collections=(
        Collection("All", "https://o.example/all"),
        Collection("Games", "https://o.example/games"),
    ),
    other_versions=(OtherVersion(1, "https://o.example/1"), OtherVersion(3)),
    url="https://o.example/items/rogue",
    archive="Olive",
    created="2026-01-05T10:00:00Z",
    changed="2026-02-01T09:30:00Z",
)


def rendered(record):
    return etree.fromstring(mods.render(record))


def test_a_full_record_is_read_back_as_it_was():
    assert reading.read(rendered(FULL)) == FULL


@pytest.mark.parametrize(
    "issued", ["1992", "1992-03-03", "199X", "1992~", "1977/1979", "199X/2001~", "once"]
)
def test_a_date_is_read_back_as_it_was(issued):
    assert reading.read(rendered(TitleRecord("A", issued=issued))).issued == issued


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_a_title_of_any_characters_is_read_back(text):
    title = " ".join(mods.legal(text).split())
    if title:
        assert reading.read(rendered(TitleRecord(text))).title == title


def test_a_publisher_stands_with_the_origin_and_is_still_one():
    root = rendered(FULL)
    assert root.findtext("m:originInfo/m:publisher", namespaces=NS) == "Epyx"
    names = reading.read(root).names
    assert [name.text for name in names] == ["Michael Toy", "Epyx", "Nobody"]


def test_a_role_has_its_code_beside_its_name():
    terms = rendered(FULL).findall("m:name/m:role/m:roleTerm", NS)
    assert [(t.get("type"), t.text) for t in terms] == [
        ("text", "programmer"),
        ("code", "prg"),
        ("text", "publisher"),
        ("code", "pbl"),
        ("text", "goblin"),
    ]


def test_rights_without_words_show_their_uri():
    record = TitleRecord("A", rights=Rights("https://spdx.org/licenses/MIT.html"))
    (condition,) = rendered(record).findall("m:accessCondition", NS)
    assert condition.text == "https://spdx.org/licenses/MIT.html"
    assert reading.read(rendered(record)).rights == record.rights


def test_the_package_is_in_words():
    package = Package(2, "rogue-2.nxpk", 7, "ab", "i686", 1)
    root = rendered(TitleRecord("Rogue", package=package))
    extent = root.findtext("m:physicalDescription/m:extent", namespaces=NS)
    assert extent == "1 virtual machine (7 bytes)"
    assert root.findtext("m:note", namespaces=NS) == "Package version 2"


def test_the_source_medium_has_a_record_of_its_own():
    root = mods.source_element(Source("A tape", "magnetic tape", "Found in a cellar."))
    assert [element.text for element in root.iter() if element.text] == [
        "A tape",
        "magnetic tape",
        "Found in a cellar.",
    ]
