from __future__ import annotations

from uuid import uuid4

import pytest
from pyroaring import BitMap

from olive_portal.catalogue.search.holdings import Holdings
from olive_portal.catalogue.search.slips import correct
from olive_portal.catalogue.search.words import read


@pytest.fixture
def holdings():
    holdings = Holdings(uuid4())
    for word, pks in {
        "lemmings": [1],
        "maze": [2],
        "mate": [3, 4, 5],
        "prince": [6],
        "of": [6],
        "persia": [6],
    }.items():
        holdings.by_word[word] = BitMap(pks)
    return holdings


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lemmnigs", "lemmings"),  # two letters swapped
        ("lemings", "lemmings"),
        ("lemin", ""),  # short words are allowed one slip
        ("mare", "mate"),  # as near as maze, and more titles have it
        ("maze", ""),
        ("mzae lemings", "maze lemmings"),
        ('"prinse of persia"', '"prince of persia"'),
        ("lemings -persia", "lemmings -persia"),
        ("of xy 1984", ""),
    ],
)
def test_the_nearest_word_that_titles_have(holdings, typed, meant):
    assert correct(read(typed), holdings) == meant
