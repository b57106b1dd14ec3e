from __future__ import annotations

from lxml import etree

from olive_portal.metadata.writing import datacite, oai_datacite
from tests.portal.metadata import varied

SPACE = "{http://schema.datacite.org/oai/oai-1.1/}"


def test_the_payload_is_the_datacite_record_and_nothing_else():
    for record in varied.records(60):
        root = etree.fromstring(oai_datacite.render(record))
        assert root.tag == f"{SPACE}oai_datacite"
        assert [child.tag for child in root] == [
            f"{SPACE}{name}"
            for name in ("schemaVersion", "datacentreSymbol", "payload")
        ]
        (resource,) = root[2]
        alone = etree.fromstring(datacite.render(record))
        same = {"method": "c14n", "exclusive": True}
        assert etree.tostring(resource, **same) == etree.tostring(alone, **same)


def test_a_record_of_no_archive_is_of_this_one():
    root = etree.fromstring(oai_datacite.render(varied.bare()))
    assert root.findtext(f"{SPACE}datacentreSymbol")
