from __future__ import annotations

from olive_portal.metadata import relators


def test_a_code_is_its_term():
    assert relators.term("prg") == "programmer"


def test_a_uri_is_its_term():
    assert relators.term("http://id.loc.gov/vocabulary/relators/pbl") == "publisher"


def test_other_words_stay():
    assert relators.term("Level design") == "Level design"


def test_a_term_has_its_code():
    assert relators.code("programmer") == "prg"
    assert relators.code("grandmaster") == ""
