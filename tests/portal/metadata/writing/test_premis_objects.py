from __future__ import annotations

from lxml import etree

from olive_portal.metadata.records import (
    Environment,
    File,
    OtherVersion,
    Package,
    RegistryKey,
    SignificantProperty,
    TitleRecord,
)
from olive_portal.metadata.writing.premis_objects import objects

NS = {"premis": "http://www.loc.gov/premis/v3"}
XSI = "{http://www.w3.org/2001/XMLSchema-instance}type"
DISK = File("disk.img", "application/octet-stream", "disk", "", 8, "ab" * 32)
MEMORY = File("memory.img", "", "memory")
RECORD = TitleRecord(
    "Rogue",
    objid="ark:/9/a",
    significant_properties=(SignificantProperty("audio", "the bell"),),
    environments=(
        Environment("hardware", "A PC", keys=(RegistryKey("Wikidata", "Q1"),)),
        Environment("operating system", ""),
    ),
    package=Package(2, "a.nxpk", 9, "cd" * 32, "i686", 64, 1, "", (DISK, MEMORY)),
    other_versions=(OtherVersion(1), OtherVersion(3)),
    files=(File("https://o.example/1.png", "image/png", "SCREENSHOTS"),),
)


def sections():
    return dict(objects(RECORD))


def texts(element, name):
    return [found.text for found in element.iter(f"{{{NS['premis']}}}{name}")]


def test_each_thing_is_an_object_of_its_kind():
    assert {name: el.get(XSI) for name, el in sections().items()} == {
        "TECH-IE": "premis:intellectualEntity",
        "TECH-REP": "premis:representation",
        "TECH-ENV-1": "premis:intellectualEntity",
        "TECH-F-PKG": "premis:file",
        "TECH-F-PART-1": "premis:file",
        "TECH-F-PART-2": "premis:file",
        "TECH-F-1": "premis:file",
    }


def test_the_title_says_what_must_be_kept():
    entity = sections()["TECH-IE"]
    assert texts(entity, "objectIdentifierType") == ["ARK"]
    assert texts(entity, "significantPropertiesValue") == ["the bell"]


def test_the_package_has_its_machine_its_parts_and_what_it_needs():
    package = sections()["TECH-REP"]
    assert texts(package, "significantPropertiesValue") == ["i686", "64", "1"]
    related = texts(package, "relatedObjectIdentifierValue")
    assert related == [
        "ark:/9/a",
        "ark:/9/a#package-2/disk.img",
        "ark:/9/a#package-2/memory.img",
        "ark:/9/a#environment-1",
        "ark:/9/a#package-1",
    ]


def test_an_environment_is_named_and_found_in_registries():
    environment = sections()["TECH-ENV-1"]
    assert texts(environment, "environmentFunctionLevel") == ["1"]
    assert texts(environment, "environmentRegistryKey") == ["Q1"]


def test_a_file_has_size_digest_and_format():
    disk = sections()["TECH-F-PART-1"]
    assert texts(disk, "size") == ["8"]
    assert texts(disk, "messageDigest") == ["ab" * 32]
    assert texts(disk, "formatName") == ["application/octet-stream"]
    memory = sections()["TECH-F-PART-2"]
    assert texts(memory, "messageDigest") == []
    assert texts(memory, "formatNote")[0].startswith("bound to the machine type")


def test_the_elements_bring_their_own_namespaces():
    for _, element in objects(RECORD):
        again = etree.fromstring(etree.tostring(element))
        assert again.tag == f"{{{NS['premis']}}}object"
