"""XML from strangers: parsed without DTD or entities, and checked against a table.

A table is made of Rules. It answers with the line and the reason, where a schema
language would answer with the name of its own rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

MAX_BYTES = 1024 * 1024


class Unacceptable(Exception):
    """The text says where and why. Only this package's parsers see it, and they raise
    BadPackage with a word about which document it was."""


@dataclass(frozen=True)
class Value:
    """What an attribute or a text may be: a pattern for all of it, and bounds."""

    meaning: str
    pattern: str
    range: range | None = None

    def accepts(self, text: str) -> bool:
        if re.fullmatch(self.pattern, text) is None:
            return False
        return self.range is None or int(text) in self.range


def number(least: int, most: int) -> Value:
    # The digits are bounded as well: Python refuses to read a number of thousands.
    return Value(
        f"a number from {least} to {most}", "[0-9]{1,20}", range(least, most + 1)
    )


def one_of(*words: str) -> Value:
    return Value(" or ".join(words), "|".join(re.escape(word) for word in words))


@dataclass(frozen=True)
class Rule:
    """What an element may hold; anything that is not here is refused."""

    required: Mapping[str, Value] = field(default_factory=dict)
    optional: Mapping[str, Value] = field(default_factory=dict)
    text: Value | None = None
    children: Mapping[str, Child] = field(default_factory=dict)
    # Children come in the order of the table, not in any.
    in_order: bool = False


@dataclass(frozen=True)
class Child:
    rule: Rule
    least: int
    most: int


def exactly_one(rule: Rule) -> Child:
    return Child(rule, 1, 1)


def at_most_one(rule: Rule) -> Child:
    return Child(rule, 0, 1)


def any_number(rule: Rule, most: int = 64) -> Child:
    """As many as real machines have, and a bound on what we hold and start."""
    return Child(rule, 0, most)


def parse(data: bytes) -> etree._Element:
    """The document's root, without comments. Raises Unacceptable."""
    if len(data) > MAX_BYTES:
        raise Unacceptable(f"{len(data)} bytes; the limit is {MAX_BYTES}")
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        # libxml2 cites what it met, line ends and all.
        reason = " ".join(str(error).split())
        raise Unacceptable(ascii(reason[:200])[1:-1]) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unacceptable("it has a document type definition")
    return root


def check(root: etree._Element, tag: str, rule: Rule) -> None:
    """Raises Unacceptable at the first thing that the table does not list."""
    if root.tag != tag:
        raise _refusal(root, f"the root must be <{_bare(tag)}>")
    _check(root, rule)


def _check(element: etree._Element, rule: Rule) -> None:
    _check_attributes(element, rule)
    _check_text(element, rule)
    _check_children(element, rule)
    for child in element:
        _check(child, rule.children[str(child.tag)].rule)


def _check_attributes(element: etree._Element, rule: Rule) -> None:
    for name in rule.required:
        if name not in element.attrib:
            raise _refusal(element, f"has no attribute {name}")
    for name, text in _attributes(element):
        value = rule.required.get(name) or rule.optional.get(name)
        if value is None:
            raise _refusal(element, f"may not have the attribute {_bare(name)}")
        if not value.accepts(text):
            shown = _shown(text)
            raise _refusal(element, f"{name} is {shown}; it must be {value.meaning}")


def _attributes(element: etree._Element) -> Iterator[tuple[str, str]]:
    # lxml's types allow bytes here; it never gives any.
    return ((str(name), str(text)) for name, text in element.attrib.items())


def _check_text(element: etree._Element, rule: Rule) -> None:
    texts = [element.text, *(child.tail for child in element)]
    text = "".join(str(text) for text in texts if text)
    if rule.text is not None:
        if not rule.text.accepts(text):
            shown = _shown(text)
            raise _refusal(element, f"holds {shown}; it must be {rule.text.meaning}")
    elif text.strip():
        raise _refusal(element, f"holds the text {_shown(text.strip())}")


def _check_children(element: etree._Element, rule: Rule) -> None:
    found = [str(child.tag) for child in element]
    for child, name in zip(element, found, strict=True):
        if name not in rule.children:
            raise _refusal(child, f"is not allowed in <{_bare(element.tag)}>")
    for name, wanted in rule.children.items():
        count = found.count(name)
        if not wanted.least <= count <= wanted.most:
            raise _refusal(element, _miscount(name, count, wanted))
    order = list(rule.children)
    if rule.in_order and found != sorted(found, key=order.index):
        raise _refusal(element, f"must hold {', '.join(order)} in this order")


def _miscount(name: str, count: int, wanted: Child) -> str:
    if wanted.least == wanted.most:
        limit = f"exactly {wanted.least}"
    elif wanted.least:
        limit = f"{wanted.least} to {wanted.most}"
    else:
        limit = f"at most {wanted.most}"
    return f"holds {count} <{_bare(name)}>; it must be {limit}"


def _refusal(element: etree._Element, reason: str) -> Unacceptable:
    return Unacceptable(f"line {element.sourceline}: <{_bare(element.tag)}> {reason}")


def _bare(name: object) -> str:
    return _shown(str(name).rpartition("}")[2])[1:-1]


def _shown(text: str) -> str:
    """Short, and on one line whatever is in it: it ends up in logs and on pages."""
    return ascii(text if len(text) <= 60 else f"{text[:60]}…")
