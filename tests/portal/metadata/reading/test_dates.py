from __future__ import annotations

import pytest

from olive_portal.metadata.reading import dates
from olive_portal.metadata.reading.parsing import parse

MODS = '<mods xmlns="http://www.loc.gov/mods/v3">{}</mods>'


def issued(*origins):
    text = "".join(f"<originInfo>{origin}</originInfo>" for origin in origins)
    return dates.issued(list(parse(MODS.format(text).encode())))


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("", ""),
        ("<dateIssued>1992</dateIssued>", "1992"),
        ("<dateIssued>1992-03-01T10:00:00Z</dateIssued>", "1992-03-01"),
        ("<dateIssued>c1992</dateIssued>", "1992~"),
        ("<dateIssued>[1992]</dateIssued>", "1992~"),
        ("<copyrightDate>\N{COPYRIGHT SIGN} 1992</copyrightDate>", "1992"),
        ('<dateIssued qualifier="approximate">1992</dateIssued>', "1992~"),
        ('<dateIssued qualifier="questionable">1992</dateIssued>', "1992?"),
        ('<dateIssued qualifier="approximate">1992~</dateIssued>', "1992~"),
        ("<dateIssued>Spring 1992, or later</dateIssued>", "Spring 1992, or later"),
        ("<dateIssued/><dateCreated>1990</dateCreated>", "1990"),
        ("<copyrightDate>1991</copyrightDate><dateIssued>1992</dateIssued>", "1992"),
        ('<dateIssued point="start">1977</dateIssued>', "1977"),
        (
            '<dateIssued point="start">1977</dateIssued>'
            '<dateIssued point="end">1979</dateIssued>',
            "1977/1979",
        ),
        (
            "<dateIssued>in May 1992</dateIssued>"
            '<dateIssued encoding="w3cdtf">1992-05</dateIssued>',
            "1992-05",
        ),
        (
            '<dateIssued encoding="w3cdtf">1993</dateIssued>'
            '<dateIssued encoding="w3cdtf" keyDate="yes">1992</dateIssued>',
            "1992",
        ),
    ],
)
def test_dates_become_one_expression(origin, expected):
    assert issued(origin) == expected


def test_a_later_origin_counts_where_the_first_has_no_date():
    assert issued("<edition>2</edition>", "<dateIssued>1992</dateIssued>") == "1992"
