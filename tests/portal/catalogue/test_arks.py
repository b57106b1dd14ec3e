from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from olive_portal.catalogue import arks

DIGITS = st.text(arks.ALPHABET, min_size=5, max_size=20)


def test_the_check_character_is_noids():
    # The example of the NOID documentation.
    assert arks.check_character("13030/xf93gt2") == "q"
    assert arks.is_sound("13030/xf93gt2q")


def test_an_item_gets_one_ark_for_ever(make_item):
    item = make_item()
    arks.mint([item])
    item.refresh_from_db()
    first = item.ark
    assert first.startswith("99999/s1")
    assert arks.is_sound(first)
    arks.mint([item])
    item.refresh_from_db()
    assert item.ark == first


def test_a_name_that_is_taken_is_drawn_again(make_item, monkeypatch):
    one, other = make_item("one"), make_item("other")
    drawn = iter("0" * 8 + "0" * 8 + "1" * 8)
    monkeypatch.setattr(arks.secrets, "choice", lambda _letters: next(drawn))
    arks.mint([one])
    arks.mint([other])
    assert one.ark != other.ark


@given(DIGITS, st.data())
def test_a_wrong_or_swapped_character_is_found(digits, data):
    name = f"99999/{digits}"
    name += arks.check_character(name)
    at = data.draw(st.integers(6, len(name) - 2))
    other = data.draw(st.sampled_from(arks.ALPHABET).filter(lambda c: c != name[at]))
    assert not arks.is_sound(f"{name[:at]}{other}{name[at + 1 :]}")
    swapped = f"{name[:at]}{name[at + 1]}{name[at]}{name[at + 2 :]}"
    if at + 2 < len(name) and swapped != name:
        assert not arks.is_sound(swapped)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("99999/s1abc", ("99999/s1abc", None)),
        ("/99999/s1abc", ("99999/s1abc", None)),
        ("/99999/s1-AB-c.v12", ("99999/s1abc", 12)),
        ("99999/s1abc.v0", None),
        ("99999/s1abc/file", None),
        ("99999", None),
        ("", None),
    ],
)
def test_what_comes_after_the_label_is_read(text, read):
    assert arks.read(text) == read
