from __future__ import annotations

import pytest
from lxml import etree

from olive_portal.oai import markup

NASTY = "a\x00b\x1f<&>\"' \ud800 \ufffe\uffff\t\n\r]]>\U0001f47e"


@pytest.mark.parametrize(
    "write", [markup.element, lambda n, v: f"<e{markup.attribute(n, v)}/>"]
)
def test_whatever_comes_in_the_result_is_well_formed(write):
    root = etree.fromstring(write("n", NASTY))
    read = root.text if root.text is not None else root.get("n")
    assert read == "a\ufffdb\ufffd<&>\"' \ufffd \ufffd\ufffd\t\n\r]]>\U0001f47e"


def test_ordinary_text_stays_as_it_is():
    assert markup.text("Émigré 俄罗斯") == "Émigré 俄罗斯"
