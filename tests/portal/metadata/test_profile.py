"""The METS profile document says what the portal writes: its example is what comes out,
and what must be there is."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from olive_portal.metadata.namespaces import NAMESPACES
from olive_portal.metadata.reading import mets as reading
from olive_portal.metadata.writing import mets
from tests.portal.metadata.schemas import complaints, needs_schemas

PAGE = Path(__file__).parents[3] / "docs/reference/mets-profile.xml"
NS = {"p": "http://www.loc.gov/METS_Profile/v2", "h": "http://www.w3.org/1999/xhtml"}
PROFILE = etree.parse(PAGE).getroot()
EXAMPLE = etree.tostring(
    PROFILE.find("p:Appendix/mets:mets", NS | NAMESPACES), encoding="UTF-8"
)
PATH = "p:description/h:dl/h:dd"


def requirements(level):
    """Each requirement that an XPath can check, by its name."""
    found = PROFILE.iterfind(f".//p:requirement[@REQLEVEL='{level}']", NS)
    paths = {one.get("ID"): one.findtext(PATH, namespaces=NS) for one in found}
    return [pytest.param(path, id=name) for name, path in paths.items() if path]


def test_the_profile_is_the_one_that_records_name():
    assert PROFILE.findtext("p:URI", namespaces=NS) == mets.PROFILE
    assert etree.fromstring(EXAMPLE).get("PROFILE") == mets.PROFILE


def test_the_example_is_what_the_portal_writes():
    written = mets.render(reading.read(EXAMPLE))
    same = [
        etree.canonicalize(text.decode(), strip_text=True)
        for text in (EXAMPLE.strip(), written)
    ]
    assert same[0] == same[1]


@pytest.mark.parametrize("path", [*requirements("MUST"), *requirements("SHOULD")])
def test_what_is_demanded_is_in_the_example(path):
    document = etree.ElementTree(etree.fromstring(EXAMPLE))
    assert document.xpath(path, namespaces=NAMESPACES)


def test_each_section_is_described_in_the_order_of_the_form():
    sections = PROFILE.find("p:structural_requirements", NS)
    assert [etree.QName(section).localname for section in sections] == [
        "metsRootElement",
        "metsHdr",
        "dmdSec",
        "amdSec",
        "fileSec",
        "structMap",
        "structLink",
        "behaviorSec",
    ]


@needs_schemas
def test_the_example_is_valid():
    assert complaints(EXAMPLE) == []
