from __future__ import annotations

import re

import pytest

from olive_portal.catalogue import dates

WORDS = {
    "1992": ("1992", "1992"),
    "1992-03": ("March 1992", "1992"),
    "1992-03-03": ("3 March 1992", "1992"),
    "199X": ("1990s", "1990s"),
    "1992~": ("about 1992", "1992"),
    "1992-03?": ("March 1992 (uncertain)", "1992"),
    "1977/1979": ("1977 to 1979", "1977"),
    "1977-05/1995~": ("May 1977 to about 1995", "1977"),
}


@pytest.mark.parametrize("issued", WORDS)
def test_a_date_is_said_in_words(issued):
    assert (dates.in_words(issued), dates.year(issued)) == WORDS[issued]


@pytest.mark.parametrize(
    "text", ["", "long ago", "1992-13", "92", "1992-3", "1/2/1992"]
)
def test_what_is_no_date_comes_back_as_it_is(text):
    assert dates.in_words(text) == text
    assert dates.year(text) == ""
    assert not re.match(dates.PATTERN, text)
