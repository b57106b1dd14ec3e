from __future__ import annotations

import re

from olive_portal.metadata.records import TitleRecord
from olive_portal.metadata.writing import ris
from tests.portal.metadata import varied


def test_a_reference_is_of_a_computer_program(rogue):
    assert ris.render(rogue).decode().split("\r\n") == [
        "TY  - COMP",
        "TI  - Rogue",
        "AU  - Toy, Michael",
        "AU  - Wichman, Glenn",
        "A2  - Ken Arnold",
        "PY  - 1980",
        "ET  - 5.4",
        "PB  - Epyx",
        "DO  - 10.5555/a",
        "UR  - https://o.example/items/rogue",
        "AB  - It digs.",
        "KW  - Dungeons",
        "LA  - eng",
        "DB  - Olive",
        "N1  - Preserved by Olive, package version 2",
        "ER  - ",
        "",
    ]


def test_no_text_breaks_a_line():
    for record in varied.records(100):
        for line in ris.render(record).decode().split("\r\n")[:-1]:
            assert re.fullmatch(r"[A-Z][A-Z0-9]  - [^\r\n]*", line)


def test_a_title_may_look_like_a_tag():
    assert b"TI  - ER - x\r\n" in ris.render(TitleRecord("ER\n - x"))
