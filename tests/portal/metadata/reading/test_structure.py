from __future__ import annotations

import pytest

from olive_portal.metadata.reading import structure
from olive_portal.metadata.reading.parsing import parse
from tests.portal.metadata.writing.test_mets import ROGUE, mets

METS = """<mets:mets xmlns:mets="http://www.loc.gov/METS/"
xmlns:xlink="http://www.w3.org/1999/xlink">
{}
</mets:mets>"""
MAP = "<mets:structMap><mets:div/></mets:structMap>"


def found(content, rest=MAP):
    return [
        str(f) for f in structure.check(parse(METS.format(content + rest).encode()))
    ]


def test_what_is_well_formed_has_nothing_to_say():
    assert found("<mets:metsHdr/>") == []
    assert list(structure.check(parse(mets.render(ROGUE)))) == []


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<mets:other/>", "other: invalid: METS has no such section"),
        ("<mets:metsHdr/><mets:metsHdr/>", "metsHdr: invalid: there is more than one"),
        (
            f'{MAP}<mets:dmdSec ID="D"/>',
            "dmdSec: invalid: it stands after structMap, and belongs before it",
        ),
        ("<mets:dmdSec/>", "dmdSec: invalid: it has no ID"),
        ('<mets:dmdSec ID="7"/>', "dmdSec: invalid: ID '7' is no XML name"),
        (
            '<mets:dmdSec ID="D"/>\n<mets:dmdSec ID="D"/>',
            "dmdSec: invalid: ID 'D' is that of line 3 too",
        ),
        (
            '<mets:dmdSec ID="D"><mets:mdWrap/></mets:dmdSec>',
            "mdWrap: invalid: it has no MDTYPE",
        ),
        (
            '<mets:dmdSec ID="D"><mets:mdRef MDTYPE="EAD" LOCTYPE="URL"/>'
            "</mets:dmdSec>",
            "mdRef: invalid: it has no xlink:href",
        ),
        (
            '<mets:metsHdr CREATEDATE="2021"/>',
            "metsHdr: invalid: CREATEDATE '2021' is no date with a time",
        ),
        (
            '<mets:fileSec><mets:fileGrp><mets:file ID="F" SIZE="big"/></mets:fileGrp>'
            "</mets:fileSec>",
            "file: invalid: SIZE 'big' is no number",
        ),
        (
            '<mets:fileSec><mets:fileGrp><mets:file ID="F" CHECKSUMTYPE="MD5" '
            'CHECKSUM="xyz"/></mets:fileGrp></mets:fileSec>',
            "file: invalid: CHECKSUM 'xyz' is no MD5",
        ),
        (
            '<mets:structMap><mets:div DMDID="A B"/></mets:structMap>',
            "div: invalid: DMDID 'A' leads nowhere",
        ),
        (
            "<mets:structMap/>",
            "structMap: invalid: it has not exactly one div",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(content, text):
    said = found(content)
    assert any(line.startswith("line ") and line.endswith(text) for line in said), said


def test_a_record_without_a_structure_is_told_so():
    (said,) = found("", rest="")
    assert said == (
        "line 2: mets: invalid: there is no structMap, and METS demands one"
    )
