from __future__ import annotations

import pytest

from olive_portal.metadata.errors import BadRecord
from olive_portal.metadata.reading import parsing

ENTITY = '<!DOCTYPE a [<!ENTITY l0 "ha">'
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
HOSTILE = {
    "entity bomb": f"{ENTITY}{LAUGHS}]><a>&l9;</a>".encode(),
    "bomb in an attribute": f'{ENTITY}{LAUGHS}]><a b="&l9;"/>'.encode(),
    "file": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "network": b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><a/>',
    "parameter entity": b'<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]><a/>',
    "in UTF-16": '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode(
        "utf-16"
    ),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_a_document_type_declaration_is_refused(data):
    with pytest.raises(BadRecord, match="document type declarations are not allowed"):
        parsing.parse(data)


def test_an_entity_nobody_declared_is_refused():
    with pytest.raises(BadRecord, match="line 1: not well-formed"):
        parsing.parse(b"<a>&secret;</a>")


def test_the_line_of_a_mistake_is_named():
    with pytest.raises(BadRecord, match="line 3: not well-formed") as caught:
        parsing.parse(b"<a>\n<b>\n</a>")
    assert caught.value.line == 3


@pytest.mark.parametrize("data", [b"", b"PK\3\4", b"<a/><b/>", b"\xff\xfe\0\0"])
def test_what_is_not_xml_is_refused(data):
    with pytest.raises(BadRecord, match="not well-formed"):
        parsing.parse(data)


def test_too_many_bytes_are_not_even_parsed():
    with pytest.raises(BadRecord, match=f"the limit is {parsing.MAX_BYTES}"):
        parsing.parse(b"\0" * (parsing.MAX_BYTES + 1))


def test_depth_has_a_limit():
    deepest = parsing.MAX_DEPTH
    assert parsing.parse(b"<a>" * deepest + b"</a>" * deepest).tag == "a"
    with pytest.raises(BadRecord, match=f"nested more than {deepest} deep"):
        parsing.parse(b"<a>" * (deepest + 1) + b"</a>" * (deepest + 1))


def test_the_number_of_elements_has_a_limit():
    with pytest.raises(BadRecord, match="more than 500000 elements"):
        parsing.parse(b"<a>" + b"<b/>" * parsing.MAX_ELEMENTS + b"</a>")


def test_comments_and_instructions_are_not_text():
    root = parsing.parse(b"<a>one <!-- two --><?three?>\n four</a>")
    assert parsing.text_of(root) == "one four"


def test_a_missing_element_has_no_text():
    assert parsing.text_of(None) == ""


def test_blank_lines_part_paragraphs():
    root = parsing.parse(b"<a>\n one\n  two\n   \n three\n</a>")
    assert parsing.paragraphs_of(root) == "one two\n\nthree"
