from __future__ import annotations

import pytest

from olive_portal.metadata.records import File, Identifier, Package, TitleRecord
from olive_portal.metadata.writing.holdings import entity, holdings, version


@pytest.mark.parametrize(
    ("objid", "scheme"),
    [
        ("ark:/9/a", "ark"),
        ("https://o.example/a", "uri"),
        ("urn:a", "urn"),
        ("a", "local"),
    ],
)
def test_a_title_is_called_by_its_object_id(objid, scheme):
    assert entity(TitleRecord("A", objid=objid)) == Identifier(scheme, objid)


def test_a_title_without_an_object_id_is_called_by_its_page_or_its_name():
    assert entity(TitleRecord("A", url="https://o.example/a")).value[:5] == "https"
    assert entity(TitleRecord("A")) == Identifier("local", "A")


def test_a_version_is_called_by_its_number():
    assert version(TitleRecord("A", objid="x"), 3) == Identifier("local", "x#package-3")


def test_files_are_named_once_and_stand_by_their_use():
    shot, other = (File(f"{n}.png", use="SCREENSHOTS") for n in (1, 2))
    manual = File("m.pdf", use="DOCUMENTATION")
    package = Package(1, "a.nxpk", components=(File("disk.img", use="disk"),))
    record = TitleRecord("A", files=(shot, manual, other), package=package)
    found = holdings(record)
    assert [(held.name, held.file.href) for held in found] == [
        ("F-PKG", "a.nxpk"),
        ("F-PART-1", "disk.img"),
        ("F-1", "1.png"),
        ("F-2", "2.png"),
        ("F-3", "m.pdf"),
    ]
