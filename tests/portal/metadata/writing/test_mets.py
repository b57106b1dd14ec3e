from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, example, given, settings
from lxml import etree

from olive_portal.metadata.reading import mets as reading
from olive_portal.metadata.records import (
    Agent,
    Face,
    File,
    Identifier,
    Package,
    Route,
    TitleRecord,
)
from olive_portal.metadata.writing import mets
from tests.portal.metadata import spoken, varied
from tests.portal.metadata.schemas import complaints, needs_schemas

NS = {"mets": "http://www.loc.gov/METS/", "xlink": "http://www.w3.org/1999/xlink"}
NS["premis"] = "http://www.loc.gov/premis/v3"
TIMES = int(os.environ.get("OLIVE_ROUND_TRIPS", "60"))
ROGUE = TitleRecord(
    title="Rogue",
    version="5.4",
    identifiers=(Identifier("ark", "ark:/99999/x1"), Identifier("local", "7")),
    objid="ark:/99999/x1",
    files=(
        File("https://o.example/1.png", "image/png", "SCREENSHOTS", "A dungeon"),
        File("https://o.example/m.pdf", "application/pdf", "DOCUMENTATION", "Manual"),
    ),
    package=Package(
        number=2,
        filename="rogue-2.nxpk",
        size=570,
        sha256="ab" * 32,
        arch="i686",
        memory_bytes=1 << 26,
        vcpus=1,
        published="2026-01-06T10:00:00Z",
        components=(
            File("domain.xml", "application/xml", "domain", "", 9, "cd" * 32),
            File("disk.img", "application/octet-stream", "disk", "", 8, "ef" * 32),
        ),
    ),
    routes=(Route("browser", "https://o.example/items/rogue/launch", "Run it"),),
    agents=(Agent("agent:portal", "Olive portal", "software", "0.1.0"),),
    faces=(Face("CODEMETA", "https://o.example/rogue.json", "application/ld+json"),),
    archive="Olive",
    created="2026-01-05T10:00:00Z",
    changed="2026-02-01T09:30:00Z",
    record_status="published",
)


def rendered(record):
    return etree.fromstring(mets.render(record))


@settings(
    max_examples=TIMES, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(spoken.records())
@example(ROGUE)
def test_what_goes_out_comes_in_again_as_it_was(record):
    assert reading.read(mets.render(record)) == record


def test_the_envelope_says_what_it_is():
    root = rendered(ROGUE)
    assert root.get("OBJID") == "ark:/99999/x1"
    assert root.get("TYPE") == "Preserved Virtual Machine"
    assert root.get("PROFILE") == mets.PROFILE
    header = root.find("mets:metsHdr", NS)
    assert header.get("CREATEDATE") == "2026-01-05T10:00:00Z"
    assert header.get("LASTMODDATE") == "2026-02-01T09:30:00Z"
    assert header.get("RECORDSTATUS") == "published"
    assert [e.text for e in header.iter("{*}name")] == ["Olive portal", "Olive"]
    assert [e.text for e in header.iter("{*}altRecordID")] == ["7"]


def test_files_are_listed_by_use_with_their_digests():
    groups = rendered(ROGUE).findall("mets:fileSec/mets:fileGrp", NS)
    assert [group.get("USE") for group in groups] == [
        "VM PACKAGE",
        "VM COMPONENTS",
        "SCREENSHOTS",
        "DOCUMENTATION",
    ]
    (package,) = groups[0]
    assert (package.get("SIZE"), package.get("CHECKSUM")) == ("570", "ab" * 32)
    assert package.get("CREATED") == "2026-01-06T10:00:00Z"


def test_the_structure_is_a_machine_with_its_parts_and_a_package():
    logical, physical = rendered(ROGUE).findall("mets:structMap", NS)
    whole = logical.find("mets:div", NS)
    assert [div.get("TYPE") for div in whole] == [
        "hardware configuration",
        "disk",
        "screenshots",
        "documentation",
    ]
    assert whole.get("DMDID") == "DMD-MODS DMD-FACE-1"
    assert whole.get("ADMID") == "TECH-IE TECH-REP RIGHTS-1 AG-1"
    assert physical.find("mets:div/mets:fptr", NS).get("FILEID") == "F-PKG"


def test_a_route_is_a_behavior_of_the_machine():
    behavior = rendered(ROGUE).find("mets:behaviorSec/mets:behavior", NS)
    assert behavior.get("BTYPE") == "urn:olive:launch:browser"
    assert behavior.get("STRUCTID") == "D-TITLE"
    mechanism = behavior.find("mets:mechanism", NS)
    href = mechanism.get("{http://www.w3.org/1999/xlink}href")
    assert href == "https://o.example/items/rogue/launch"


def test_a_title_without_a_package_is_a_record_too():
    root = rendered(TitleRecord("Rogue"))
    assert root.get("TYPE") == "Preserved Software Title"
    assert root.find("mets:fileSec", NS) is None
    assert root.find("mets:behaviorSec", NS) is None
    assert [s.get("TYPE") for s in root.findall("mets:structMap", NS)] == ["logical"]


def test_every_reference_leads_somewhere():
    for record in (ROGUE, varied.crowded(), *varied.records(30)):
        root = rendered(record)
        names = [el.get("ID") for el in root.iter("{http://www.loc.gov/METS/}*")]
        known = [name for name in names if name]
        assert len(known) == len(set(known))
        for element in root.iter("{http://www.loc.gov/METS/}*"):
            for attribute in ("DMDID", "ADMID", "FILEID", "STRUCTID"):
                assert set(element.get(attribute, "").split()) <= set(known)


@needs_schemas
@pytest.mark.parametrize("record", [ROGUE, varied.bare(), varied.crowded()])
def test_the_record_is_valid(record):
    assert complaints(mets.render(record)) == []
