from __future__ import annotations

import pytest
from lxml import etree

from olive_portal.catalogue.exposing import RENDERERS
from olive_portal.oai.formats import FORMATS
from tests.portal.metadata import varied

LOCATION = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"


def test_every_format_that_is_told_is_rendered():
    assert RENDERERS.keys() == FORMATS.keys()


@pytest.mark.parametrize("prefix", FORMATS)
def test_what_is_told_of_a_format_is_what_its_records_say_themselves(prefix):
    root = etree.fromstring(RENDERERS[prefix](varied.bare()))
    words = root.get(LOCATION).split()
    pairs = dict(zip(words[::2], words[1::2], strict=True))
    assert pairs[FORMATS[prefix].namespace] == FORMATS[prefix].schema
