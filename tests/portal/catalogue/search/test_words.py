from __future__ import annotations

import pytest

from olive_portal.catalogue.search.words import (
    MOST_LETTERS,
    MOST_TERMS,
    Term,
    fold,
    read,
    split,
    tidy,
)


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("", ()),
        ("  lode   runner ", (Term("lode"), Term("runner"))),
        ('"lode runner" 1983', (Term("lode runner"), Term("1983"))),
        ('"never closed', (Term("never closed"),)),
        ("runner -lode", (Term("runner"), Term("lode", is_excluded=True))),
        ('-"lode runner"', (Term("lode runner", is_excluded=True),)),
        ("... - !", ()),
        ("x-com", (Term("x-com"),)),
    ],
)
def test_terms_are_words_and_quoted_phrases(typed, terms):
    assert read(typed) == terms


def test_neither_letters_nor_terms_are_without_end():
    assert len(tidy("x" * 10_000)) == MOST_LETTERS
    assert len(read("a " * 100)) == MOST_TERMS


def test_control_characters_become_spaces():
    assert tidy("a\x00b\nc") == "a b c"


def test_case_and_accents_make_no_difference():
    assert fold("Pokémon ÅNGSTRÖM Straße") == "pokemon angstrom strasse"
    assert split("Alley-Cat 2") == ["alley", "cat", "2"]
