from __future__ import annotations

import json

import pytest

from olive_portal.metadata.records import Name, Package, TitleRecord
from olive_portal.metadata.writing import csl_json


def test_the_entry_is_what_citation_software_takes(rogue):
    (entry,) = json.loads(csl_json.render(rogue))
    assert entry["id"] == "rogue"
    assert entry["type"] == "software"
    assert entry["author"] == [
        {"family": "Toy", "given": "Michael"},
        {"family": "Wichman", "given": "Glenn"},
    ]
    assert entry["issued"] == {"date-parts": [[1980]], "circa": True}
    assert entry["DOI"] == "10.5555/a"
    assert entry["note"] == "Preserved by Olive, package version 2"


@pytest.mark.parametrize(
    ("issued", "said"),
    [
        ("1980-02-03", {"date-parts": [[1980, 2, 3]]}),
        ("1977/1979", {"date-parts": [[1977], [1979]]}),
        ("199X", {"literal": "199X"}),
        ("", None),
    ],
)
def test_a_date_is_in_parts_or_in_words(issued, said):
    assert csl_json.entry(TitleRecord("A", issued=issued)).get("issued") == said


@pytest.mark.parametrize(
    ("issued", "year"),
    [("1980-02", "1980"), ("199X", "1990s"), ("1977/1979", "1977"), ("once", "")],
)
def test_a_citation_shows_a_year(issued, year):
    assert csl_json.year(issued) == year


def test_a_name_without_a_comma_stays_whole():
    assert csl_json.person(Name("Ludwig van Beethoven")) == {
        "literal": "Ludwig van Beethoven"
    }
    assert csl_json.person(Name("Id, Inc.", "organization")) == {"literal": "Id, Inc."}


@pytest.mark.parametrize(
    ("archive", "number", "text"),
    [
        ("Olive", 2, "Preserved by Olive, package version 2"),
        ("Olive", 0, "Preserved by Olive"),
        ("", 2, "Package version 2"),
        ("", 0, ""),
    ],
)
def test_what_is_cited_is_the_version_that_is_kept(archive, number, text):
    record = TitleRecord("A", archive=archive, package=Package(number))
    assert csl_json.preserved(record) == text


def test_a_key_is_of_letters_and_digits():
    assert csl_json.key(TitleRecord("Größe & {x}")) == "Gr-e-x"
    assert csl_json.key(TitleRecord("俄罗斯")) == "software"
