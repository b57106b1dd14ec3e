from __future__ import annotations

from pathlib import Path

import pytest

from olive_portal.metadata.reading.examining import examine
from olive_portal.metadata.reading.parsing import MAX_BYTES
from olive_portal.metadata.reading.report import Verdict
from olive_portal.metadata.records import (
    Collection,
    Environment,
    Identifier,
    Name,
    Rights,
    SignificantProperty,
)
from olive_portal.metadata.schemas import Schemas
from tests.portal.metadata.schemas import FOLDER, complaints, needs_schemas

DATA = Path(__file__).parents[3] / "data/mets"
MAKERS = sorted(path.stem for path in DATA.glob("*.xml"))


def report(name):
    return examine((DATA / f"{name}.xml").read_bytes())


def said(name):
    return [str(finding) for finding in report(name).findings]


def test_archivematica_describes_its_objects_in_dublin_core():
    record = report("archivematica").record
    assert (record.title, record.issued) == ("Lunar Lander", "1969")
    assert record.names == (
        Name("Storer, Jim", roles=("creator",)),
        Name(
            "Digital Equipment Computer Users' Society",
            "organization",
            roles=("publisher",),
        ),
    )
    assert record.rights == Rights("http://rightsstatements.org/vocab/CNE/1.0/")
    assert record.collections == ()
    assert record.files[0].href == "objects/lander.bin"
    assert record.objid == "5f1bd5cb-2f47-4c65-a1ac-0b9e3c5a7a11"
    assert record.agents[0].name == "Archivematica"


def test_german_libraries_say_who_digitised_and_that_is_no_publisher():
    record = report("dfg-viewer").record
    title = "Die Hobbit-Disketten: ein Adventure für den Heimcomputer"
    assert (record.title, record.version) == (title, "2. Auflage")
    gnd = "http://d-nb.info/gnd/118623222"
    assert record.names == (
        Name("Grete Mühlbauer", "person", gnd, ("author",)),
        Name("Markt & Technik", "organization", roles=("publisher",)),
    )
    assert (record.issued, record.languages) == ("1984", ("ger",))
    assert record.rights.uri == "http://rightsstatements.org/vocab/InC/1.0/"
    assert record.collections == (Collection("Heimcomputer"),)


def test_dspace_keeps_its_rights_beside_the_description():
    record = report("dspace").record
    assert (record.title, record.issued) == ("Cell Simulator", "1997-04")
    assert [name.text for name in record.names] == ["Okonkwo, Ada", "Lindqvist, Per"]
    assert record.rights == Rights(text="Free for teaching at universities.")
    assert Identifier("hdl", "123456789/42") in record.identifiers


def test_premis_2_says_what_a_program_ran_on_and_why_it_may_be_kept():
    record = report("premis-2").record
    assert (record.title, record.issued) == ("The Oregon trail", "1985~")
    assert [(name.text, name.roles) for name in record.names] == [
        ("Rawitsch, Don", ("designer",)),
        ("MECC", ("publisher",)),
    ]
    assert record.platform == "Apple DOS 3.3"
    assert Environment("hardware", "Apple IIe") in record.environments
    assert record.rights == Rights(text="Kept under 17 USC 108.")
    assert record.significant_properties == (
        SignificantProperty("input device", "Game paddles steer the raft."),
    )
    assert Identifier("ark", "ark:/13030/k6software7") in record.identifiers


def test_each_section_is_told_with_its_line():
    assert said("dfg-viewer") == [
        "line 3: metsHdr: read: the record's state and its other names",
        "line 8: dmdSec DMDLOG_0001: read: MODS: title, version, names, date, "
        "language, identifiers, collection",
        "line 40: dmdSec DMDLOG_0001: not understood: classification: 794.8",
        "line 54: dmdSec DMDLOG_0002: not understood: MODS: the title is described by "
        "DMDLOG_0001",
        "line 66: rightsMD: read: a rights declaration",
        "line 77: digiprovMD: not understood: DVLINKS: it stays in the original only",
        "line 87: fileSec: read: files: 1",
        "line 94: structMap: read: which description counts, and what files are called "
        "(2 times)",
        "line 106: structLink: not understood: it stays in the original only",
    ]


@pytest.mark.parametrize("name", MAKERS)
def test_what_other_makers_write_is_valid(name):
    assert report(name).is_valid


@needs_schemas
@pytest.mark.parametrize("name", MAKERS)
def test_the_schemas_say_the_same(name):
    assert complaints((DATA / f"{name}.xml").read_bytes()) == []


@needs_schemas
def test_what_only_a_schema_knows_is_told_where_there_is_one():
    text = (DATA / "dspace.xml").read_text()
    bad = text.replace("<agent ROLE=", "<agent BOLE=").encode()
    assert examine(bad).is_valid
    found = examine(bad, Schemas(FOLDER)).of(Verdict.INVALID)
    assert {(finding.line, finding.section) for finding in found} == {(4, "schema")}


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"<a/>", "line 1: record: invalid: the root element is a"),
        (b"\n<a", "line 2: record: invalid: not well-formed"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "document type declarations"),
        (b"<a>" * 7_000_000, "21000000 bytes of XML; the limit is"),
        (b"<a>" * (MAX_BYTES // 4), "nested more than 100 deep"),
    ],
)
def test_what_is_unsafe_or_no_mets_has_a_report_and_no_record(data, text):
    refused = examine(data)
    assert refused.record is None
    (finding,) = refused.findings
    assert text in str(finding)


def test_mets_without_a_description_is_told_what_else_is_wrong():
    refused = examine(b'<m:mets xmlns:m="http://www.loc.gov/METS/"/>')
    assert refused.record is None
    assert [finding.text for finding in refused.findings] == [
        "no dmdSec holds a MODS record or Dublin Core",
        "there is no structMap, and METS demands one",
    ]


def test_a_title_that_is_missing_is_told_with_its_line():
    text = (DATA / "dspace.xml").read_text().replace("titleInfo", "titleInf")
    refused = examine(text.encode())
    assert refused.record is None
    assert str(refused.findings[0]).startswith("line 20: record: invalid: the MODS")
