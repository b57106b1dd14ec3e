from __future__ import annotations

import pytest

from olive_portal.oai import fragments
from olive_portal.oai.errors import BadFragment
from tests.portal.oai.conftest import DC, MODS


def test_a_fragment_loses_its_declaration():
    xml = f'\ufeff<?xml version="1.0" encoding="UTF-8"?>\n{DC}\n'.encode()
    assert fragments.check("oai_dc", xml) == DC


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
        fragments.check("oai_dc", xml)
