from __future__ import annotations

import json

from olive_portal.metadata.records import Name, Part, Rights, TitleRecord
from olive_portal.metadata.writing import json_ld


def test_what_says_nothing_is_left_out():
    said = {"a": "", "b": [], "c": None, "d": "x"}
    assert json.loads(json_ld.serialise(said)) == {"d": "x"}


def test_json_may_stand_inside_a_page():
    text = json_ld.serialise({"name": "</script><script>&"})
    assert b"<" not in text
    assert b"&" not in text
    assert json.loads(text) == {"name": "</script><script>&"}


def test_what_utf_8_cannot_hold_is_left_out():
    assert json_ld.serialise({"name": json_ld.plain("a\ud800\x00b ")}) == (
        b'{\n  "name": "ab"\n}\n'
    )


def test_a_name_of_unknown_kind_is_a_persons():
    names = (Name("Toy", "", "http://viaf.org/viaf/1"), Name(" "))
    node = {"@type": "Person", "name": "Toy", "@id": "http://viaf.org/viaf/1"}
    assert json_ld.named(TitleRecord("A", names=names), Part.CREATOR) == [node]


def test_a_guess_is_no_date():
    assert json_ld.issued(TitleRecord("A", issued="1980-02")) == "1980-02"
    assert json_ld.issued(TitleRecord("A", issued="1980~")) == ""


def test_rights_without_an_address_are_said_in_words():
    assert json_ld.licence(TitleRecord("A", rights=Rights("", "Ask."))) == "Ask."
    rights = Rights("https://spdx.org/licenses/MIT.html", "MIT")
    assert json_ld.licence(TitleRecord("A", rights=rights)) == rights.uri
