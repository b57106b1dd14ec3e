from __future__ import annotations

from olive_portal.catalogue.exposing import RENDERERS
from olive_portal.oai.formats import FORMATS


def test_every_format_that_is_told_is_rendered():
    assert RENDERERS.keys() == FORMATS.keys()
