from __future__ import annotations

import time

import pytest

from vmnetx.package import markup
from vmnetx.package.markup import (
    MAX_BYTES,
    Child,
    Rule,
    Unacceptable,
    Value,
    any_number,
    at_most_one,
    exactly_one,
    number,
    one_of,
)

RULE = Rule(
    required={"id": number(1, 9)},
    optional={"kind": one_of("a.b", "c")},
    children={
        "first": exactly_one(Rule(text=Value("letters", "[a-z]+"))),
        "second": at_most_one(Rule()),
        "third": any_number(Rule(), most=2),
    },
    in_order=True,
)


@pytest.mark.parametrize(
    "xml",
    [
        '<r id="1"><first>a</first></r>',
        '<r id="9" kind="a.b"> <first>a<!-- b -->c</first>\n<second/> </r>',
        '<r id="01"><first><![CDATA[a]]></first><third/><third/></r>',
    ],
)
def test_what_the_table_lists_is_accepted(xml):
    markup.check(markup.parse(xml.encode()), "r", RULE)


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        ("<q/>", "line 1: <q> the root must be <r>"),
        ("<r/>", "line 1: <r> has no attribute id"),
        ('<r id="0"/>', "line 1: <r> id is '0'; it must be a number from 1 to 9"),
        ('<r id="٣"/>', r"id is '\u0663'"),
        ('<r id="1 "/>', "id is '1 '"),
        ('<r id="1" kind="axb"/>', "kind is 'axb'; it must be a.b or c"),
        ('<r id="1" x="1"/>', "may not have the attribute x"),
        ('<r id="1" xml:lang="en"/>', "may not have the attribute lang"),
        ('<r id="1"/>', "holds 0 <first>; it must be exactly 1"),
        ('<r id="1">\n<first/></r>', "line 2: <first> holds ''; it must be letters"),
        ('<r id="1"><first>a</first>!</r>', "holds the text '!'"),
        ('<r id="1"><x/></r>', "<x> is not allowed in <r>"),
        ('<r id="1"><first xmlns="urn:x">a</first></r>', "<first> is not allowed"),
        ('<r id="1"><first>a</first><third/><third/><third/></r>', "at most 2"),
        ('<r id="1"><third/><first>a</first></r>', "first, second, third in this"),
        (f'<r id="1" kind="{"x" * 99}"/>', "x" * 60 + r"\u2026'"),
    ],
)
def test_what_is_not_in_the_table_is_told_with_its_line(xml, reason):
    with pytest.raises(Unacceptable) as caught:
        markup.check(markup.parse(xml.encode()), "r", RULE)
    assert reason in str(caught.value)


def billion_laughs(use):
    entities = '<!ENTITY e0 "ha">' + "".join(
        f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 30)
    )
    return f"<!DOCTYPE r [{entities}]>{use}".encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"<r>",
        b"<r>&x;</r>",
        b"<r/><r/>",
        b"\xff\xfe<\0r\0",
        b'<?xml version="1.0" encoding="nonsense"?><r/>',
        b"<!DOCTYPE r><r/>",
        b'<!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>',
        b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>',
        b'<!DOCTYPE r [<!ATTLIST r id CDATA "1">]><r/>',
        billion_laughs("<r>&e29;</r>"),
        billion_laughs('<r id="&e29;"/>'),
        b"<r>" * 10000,
        b"<r>" + b"x" * MAX_BYTES + b"</r>",
        b'<r xmlns:a="&#0;"/>',
    ],
    ids=range(16),
)
def test_what_is_no_plain_xml_is_refused_at_once(data):
    started = time.monotonic()
    with pytest.raises(Unacceptable) as caught:
        markup.parse(data)
    assert time.monotonic() - started < 1
    assert str(caught.value).isprintable()


def test_a_number_of_thousands_of_digits_is_no_number():
    assert not number(0, 2**64).accepts("9" * 5000)


def test_a_child_is_counted_from_its_least_to_its_most():
    rule = Rule(children={"c": Child(Rule(), 1, 2)})
    for count, accepted in [(0, False), (1, True), (2, True), (3, False)]:
        root = markup.parse(f"<r>{'<c/>' * count}</r>".encode())
        if accepted:
            markup.check(root, "r", rule)
        else:
            with pytest.raises(Unacceptable):
                markup.check(root, "r", rule)
