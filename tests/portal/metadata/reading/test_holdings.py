from __future__ import annotations

from lxml import etree

from olive_portal.metadata.reading import holdings
from olive_portal.metadata.records import Face, File, Package, Route

METS = """<mets:mets xmlns:mets="http://www.loc.gov/METS/"
  xmlns:xlink="http://www.w3.org/1999/xlink">{}</mets:mets>"""
PACKAGE = """<mets:fileSec><mets:fileGrp USE="VM PACKAGE">
  <mets:file ID="P" SIZE="7" CREATED="2026-01-05T10:00:00Z">
  <mets:FLocat xlink:href="a.nxpk"/></mets:file></mets:fileGrp>
  <mets:fileGrp USE="VM COMPONENTS"><mets:file ID="D" USE="disk">
  <mets:FLocat xlink:href="disk.img"/></mets:file></mets:fileGrp>
  <mets:fileGrp USE="OTHER"><mets:file ID="O" SIZE="{size}">
  <mets:FLocat xlink:href="o"/></mets:file></mets:fileGrp></mets:fileSec>"""


def tree(content):
    return etree.fromstring(METS.format(content))


def test_a_package_and_its_parts_are_no_loose_files():
    root = tree(PACKAGE.format(size=1))
    disk = File("disk.img", use="disk")
    published = "2026-01-05T10:00:00Z"
    assert holdings.package(root, 3) == Package(
        3, "a.nxpk", 7, published=published, components=(disk,)
    )
    assert holdings.files(root) == (File("o", use="OTHER", size=1),)


def test_without_a_package_there_is_none():
    assert holdings.package(tree(""), 0) is None


def test_a_size_that_is_no_number_is_not_known():
    (file,) = holdings.files(tree(PACKAGE.format(size="9" * 5000)))
    assert file.size is None


def test_only_behaviors_that_launch_are_routes():
    content = """<mets:behaviorSec><mets:behavior BTYPE="urn:olive:launch:thin"
      LABEL="Run"><mets:mechanism xlink:href="https://a.example/"/></mets:behavior>
      <mets:behavior BTYPE="urn:other"><mets:mechanism/></mets:behavior>
      <mets:behavior BTYPE="urn:olive:launch:thick"/></mets:behaviorSec>"""
    found = list(holdings.routes(tree(content)))
    assert found == [Route("thin", "https://a.example/", "Run")]


def test_a_reference_to_metadata_elsewhere_is_a_face():
    content = """<mets:dmdSec ID="D"><mets:mdRef MDTYPE="OTHER" LOCTYPE="URL"
      OTHERMDTYPE="CODEMETA" xlink:href="https://a.example/c"/></mets:dmdSec>
      <mets:dmdSec ID="E"><mets:mdRef MDTYPE="EAD" LOCTYPE="URL"/></mets:dmdSec>"""
    assert list(holdings.faces(tree(content))) == [
        Face("CODEMETA", "https://a.example/c"),
        Face("EAD", ""),
    ]
