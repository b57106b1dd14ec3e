from __future__ import annotations

import pytest
from lxml import etree

from olive_portal.oai import fragments
from olive_portal.oai.errors import BadFragment
from tests.portal.oai.conftest import DC, MODS


def test_a_fragment_loses_its_declaration():
    xml = f'\ufeff<?xml version="1.0" encoding="UTF-8"?>\n{DC}\n'.encode()
    assert fragments.check("oai_dc", xml, "item/1") == DC


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"<dc>",
        b"<dc/>",
        MODS.encode(),
        f"<!DOCTYPE dc>{DC}".encode(),
        DC.format(title="\x07").encode(),
        DC.format(title="&eacute;").encode(),
        f"{DC}{DC}".encode(),
    ],
    ids=range(8),
)
def test_what_would_break_a_page_is_refused(xml):
    with pytest.raises(BadFragment, match="oai_dc"):
        fragments.check("oai_dc", xml, "item/1")


def test_ids_are_told_apart_from_those_of_other_records():
    xml = (
        b'<m:mets xmlns:m="http://www.loc.gov/METS/" OBJID="x">'
        b'<m:dmdSec ID="A"/><m:dmdSec ID="B"/><m:div DMDID="A B" LABEL="A"/></m:mets>'
    )
    root = etree.fromstring(fragments.check("mets", xml, "item/7"))
    assert [dict(element.attrib) for element in root] == [
        {"ID": "A.item-7"},
        {"ID": "B.item-7"},
        {"DMDID": "A.item-7 B.item-7", "LABEL": "A"},
    ]
    assert root.get("OBJID") == "x"
