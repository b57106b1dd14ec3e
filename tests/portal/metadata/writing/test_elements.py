from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from olive_portal.metadata.writing.elements import (
    add,
    legal,
    say,
    serialise,
    start,
    uri,
)


@given(st.text(st.characters()))
def test_any_text_can_be_written_and_is_read_back_as_it_is_legal(text):
    root = start("dc:title", "dc")
    add(root, "dc:title", text, note=text)
    child = etree.fromstring(serialise(root))[0]
    assert (child.text or "") == legal(text)
    assert child.get("note", "") == legal(text)


@pytest.mark.parametrize("character", ["\0", "\x0b", "\x1b", "\ud800", "\ufffe"])
def test_what_xml_cannot_hold_is_left_out(character):
    assert legal(f"a{character}b") == "ab"


def test_line_ends_are_those_of_xml():
    assert legal("a\r\nb\rc\td") == "a\nb\nc\td"


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("https://a.example/b?c=d&e#f", "https://a.example/b?c=d&e#f"),
        ("https://a.example/Zürich", "https://a.example/Z%C3%BCrich"),
        ("https://a.example/a b", "https://a.example/ab"),
        ("https://a.example/%zz%41", "https://a.example/%25zz%41"),
        ("https://a.example/#a#b", "https://a.example/#a%23b"),
        ("https://a.example/[x]", "https://a.example/%5Bx%5D"),
        ("http://[::1]:80/", "http://[::1]:80/"),
        ("ark:/99999/x1", "ark:/99999/x1"),
        ("https://a.example:port/", ""),
        ("not a link", ""),
        ("", ""),
    ],
)
def test_a_link_is_a_uri_or_nothing(text, link):
    assert uri(text) == link


def test_what_says_nothing_is_not_said():
    root = start("dc:title", "dc")
    assert say(root, "dc:title", " \x00 ") is None
    assert add(root, "dc:title", "a", type="", xlink__href="b").attrib == {
        "{http://www.w3.org/1999/xlink}href": "b"
    }


def test_a_root_declares_all_that_is_in_it():
    text = serialise(start("mods:mods", "xlink", version="3.8")).decode()
    assert text.startswith("<mods:mods xmlns:mods=")
    assert 'xmlns:xlink="http://www.w3.org/1999/xlink"' in text
    assert "http://www.loc.gov/mods/v3 http://www.loc.gov/standards/mods" in text
