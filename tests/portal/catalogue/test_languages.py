from __future__ import annotations

import pytest

from olive_portal.catalogue import languages

NAMES = {
    "eng": "English",
    "en": "English",
    "en-GB": "British English",
    "ger": "German",
    "deu": "German",
    "pt-BR": "Brazilian Portuguese",
    "zxx": "no words",
    "xyz": "xyz",
}


@pytest.mark.parametrize("code", NAMES)
def test_a_code_is_said_in_words(code):
    assert languages.in_words(code) == NAMES[code]


@pytest.mark.parametrize("code", languages.THREE_LETTERS)
def test_every_code_of_three_letters_has_a_name(code):
    assert languages.in_words(code) != code
