from __future__ import annotations

import pytest
from lxml import etree

from olive_portal.metadata.errors import BadRecord
from olive_portal.metadata.reading import descriptions

METS = """<mets:mets xmlns:mets="http://www.loc.gov/METS/"
  xmlns:m="http://www.loc.gov/mods/v3" xmlns:dc="http://purl.org/dc/elements/1.1/">
  {}</mets:mets>"""
MODS = "<m:mods><m:titleInfo><m:title>Rogue</m:title></m:titleInfo>{}</m:mods>"
DC = "<dc:title>Rogue in Dublin Core</dc:title>"


def tree(*sections, structure=""):
    content = "".join(
        f'<mets:dmdSec ID="D{number}"><mets:mdWrap MDTYPE="OTHER"><mets:xmlData>'
        f"{section}</mets:xmlData></mets:mdWrap></mets:dmdSec>"
        for number, section in enumerate(sections, 1)
    )
    return etree.fromstring(METS.format(content + structure))


def chosen(root):
    return descriptions.choose(root, descriptions.find(root)).read().title


def test_mods_counts_before_dublin_core():
    assert chosen(tree(DC, MODS.format(""))) == "Rogue"
    assert chosen(tree(DC)) == "Rogue in Dublin Core"


def test_mods_may_lack_its_own_element():
    bare = "<m:titleInfo><m:title>Hack</m:title></m:titleInfo>"
    assert chosen(tree(bare)) == "Hack"


def test_an_outer_division_counts_before_one_inside_of_it():
    inner = '<mets:div><mets:div DMDID="D2"/></mets:div>'
    outer = '<mets:div DMDID="D1"/>'
    one, other = MODS.format(""), MODS.replace("Rogue", "Hack").format("")
    for divisions in (inner + outer, outer + inner):
        structure = f"<mets:structMap><mets:div>{divisions}</mets:div></mets:structMap>"
        assert chosen(tree(one, other, structure=structure)) == "Rogue"
    structure = f"<mets:structMap>{inner}</mets:structMap>"
    assert chosen(tree(one, other, structure=structure)) == "Hack"


@pytest.mark.parametrize("section", ["", "<a/>", "<m:name/>"])
def test_a_section_in_another_language_is_none(section):
    root = tree(section)
    with pytest.raises(BadRecord, match="no dmdSec holds a MODS record or Dublin Core"):
        descriptions.choose(root, descriptions.find(root))


def test_what_was_not_understood_can_be_told():
    (found,) = descriptions.find(tree(MODS.format("<m:classification/>")))
    (element,) = found.not_understood()
    assert etree.QName(element).localname == "classification"
    (found,) = descriptions.find(tree(DC + "<dc:coverage>Earth</dc:coverage>"))
    assert [element.text for element in found.not_understood()] == ["Earth"]
