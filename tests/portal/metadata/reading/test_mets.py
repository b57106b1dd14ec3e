from __future__ import annotations

import pytest

from olive_portal.metadata.errors import BadRecord
from olive_portal.metadata.reading import holdings, mets
from olive_portal.metadata.records import File, Identifier
from tests.portal.metadata.schemas import FOLDER

EXAMPLE = FOLDER.parent / "spec/mets-example.xml"
METS = """<mets:mets xmlns:mets="http://www.loc.gov/METS/" OBJID="{objid}"
  xmlns:xlink="http://www.w3.org/1999/xlink" xmlns="http://www.loc.gov/mods/v3">
{content}
</mets:mets>"""


def section(title, name="D"):
    return f"""<mets:dmdSec ID="{name}"><mets:mdWrap MDTYPE="MODS"><mets:xmlData><mods>
      <titleInfo><title>{title}</title></titleInfo>
      <identifier type="ark">ark:/1/a</identifier>
      </mods></mets:xmlData></mets:mdWrap></mets:dmdSec>"""


def read(content, objid=""):
    return mets.read(METS.format(content=content, objid=objid).encode())


@pytest.mark.skipif(not EXAMPLE.exists(), reason="the shared example is not here")
def test_the_example_of_the_profile_is_read():
    record = mets.read(EXAMPLE.read_bytes())
    assert (record.title, record.version, record.issued) == (
        "FreeDOS",
        "1.3",
        "2022-02-20",
    )
    assert (record.platform, record.host) == ("FreeDOS 1.3", "Operating systems")
    assert [p.kind for p in record.significant_properties] == ["audio", "timing"]
    assert record.rights.uri == "https://spdx.org/licenses/GPL-2.0-or-later.html"
    assert record.record_status == "published"
    assert record.package is not None
    assert record.package.filename == "olv1-v2.nxpk"
    assert [part.href for part in record.package.components] == [
        "disk.img",
        "memory.img",
        "domain.xml",
    ]
    assert [f.use for f in record.files] == ["DOCUMENTATION", "SCREENSHOTS"]
    assert [route.kind for route in record.routes] == ["thick", "thin", "browser"]
    assert [env.function for env in record.environments] == [
        "hardware",
        "operating system",
        "software application",
    ]
    assert record.sources[0].title == "FreeDOS 1.3 LiveCD"
    assert len(record.events) == 5
    assert record.files[-1].label == "DOS prompt after boot"


def test_a_root_that_is_not_mets_is_refused():
    with pytest.raises(BadRecord, match="line 2: the root element is html"):
        mets.read(b"\n<html/>")


def test_a_record_without_a_description_is_refused():
    with pytest.raises(BadRecord, match="line 2: no dmdSec holds a MODS record or"):
        read("<mets:dmdSec ID='D'/>")


def test_mods_of_the_source_medium_is_not_the_titles():
    with pytest.raises(BadRecord, match="no dmdSec"):
        read(f"<mets:amdSec>{section('The floppy')}</mets:amdSec>")


def test_the_outermost_div_says_which_record_counts():
    div = '<mets:structMap><mets:div DMDID="OTHER D2"/></mets:structMap>'
    assert read(section("One", "D1") + section("Two", "D2") + div).title == "Two"
    assert read(section("One", "D1") + section("Two", "D2")).title == "One"


@pytest.mark.parametrize(
    ("objid", "scheme"),
    [
        ("ark:/9/b", "ark"),
        ("10.1000/b", "doi"),
        ("https://a.example/b", "uri"),
        ("b", "local"),
    ],
)
def test_the_object_id_is_an_identifier(objid, scheme):
    assert read(section("One"), objid).identifiers == (
        Identifier("ark", "ark:/1/a"),
        Identifier(scheme, objid),
    )


def test_an_identifier_in_two_places_is_one():
    other = '<mets:altRecordID TYPE="X">ark:/1/a</mets:altRecordID>'
    header = f"<mets:metsHdr>{other}</mets:metsHdr>"
    record = read(header + section("One"), "ark:/1/a")
    assert record.identifiers == (Identifier("ark", "ark:/1/a"),)
    assert record.record_status == ""


def test_files_have_use_and_label():
    files = """<mets:fileSec><mets:fileGrp USE="SCREENSHOTS"><mets:fileGrp>
      <mets:file ID="F" MIMETYPE="image/png" SIZE="7"
        CHECKSUMTYPE="SHA-256" CHECKSUM="AB">
        <mets:FLocat LOCTYPE="URL" xlink:href="shots/1.png"/></mets:file>
      <mets:file ID="G" SIZE="many" CHECKSUMTYPE="MD5" CHECKSUM="cd" USE="MANUAL">
        <mets:FLocat LOCTYPE="URL" xlink:href="a.txt"/></mets:file>
      <mets:file ID="H"/></mets:fileGrp></mets:fileGrp></mets:fileSec>
      <mets:structMap><mets:div LABEL="outer"><mets:div LABEL="The start">
      <mets:fptr FILEID="F"/></mets:div></mets:div></mets:structMap>"""
    assert read(section("One") + files).files == (
        File("shots/1.png", "image/png", "SCREENSHOTS", "The start", 7, "ab"),
        File("a.txt", use="MANUAL"),
    )


def test_the_number_of_files_has_a_limit(monkeypatch):
    monkeypatch.setattr(holdings, "MAX_FILES", 1)
    file = '<mets:file><mets:FLocat xlink:href="a"/></mets:file>'
    files = f"<mets:fileSec><mets:fileGrp>{file * 2}</mets:fileGrp></mets:fileSec>"
    with pytest.raises(BadRecord, match="more than 1 files"):
        read(section("One") + files)
