from __future__ import annotations

import string

import pytest

from vmnetx.errors import Refused
from vmnetx.machine.keys import MAX_TEXT, chords


def test_every_printable_character_has_keys():
    typed = set(string.printable) - set("\r\x0b\x0c")
    assert len({tuple(chord) for chord in chords("".join(typed))}) == len(typed)


def test_capitals_and_signs_need_shift():
    assert chords("aA1!") == [["a"], ["shift", "a"], ["1"], ["shift", "1"]]
    assert chords('"?') == [["shift", "apostrophe"], ["shift", "slash"]]


@pytest.mark.parametrize("text", ["é", "a\x00", "²"])
def test_what_no_key_gives_is_refused(text):
    with pytest.raises(Refused, match="No key"):
        chords(text)


def test_a_text_has_a_limit():
    with pytest.raises(Refused, match=f"{MAX_TEXT + 1} characters; at most {MAX_TEXT}"):
        chords("a" * (MAX_TEXT + 1))
