"""XML from strangers becomes a tree: no DTD, no entities, no network, bounded.

Two passes. The first only looks: its parser hands out events and builds nothing, and
stops at a document type declaration before a single entity is declared. The second
builds the tree of what the first let through.
"""

from __future__ import annotations

import re

from lxml import etree

from olive_portal.metadata.errors import BadRecord

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 100
MAX_ELEMENTS = 500_000


class _Inspector:
    """lxml's target interface: called for each event, keeps only two counts."""

    def __init__(self) -> None:
        self._depth = 0
        self._elements = 0

    def doctype(self, name: str, public_id: str | None, system: str | None) -> None:
        raise BadRecord("document type declarations are not allowed")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH:
            raise BadRecord(f"elements nested more than {MAX_DEPTH} deep")
        if self._elements > MAX_ELEMENTS:
            raise BadRecord(f"more than {MAX_ELEMENTS} elements")

    def end(self, tag: str) -> None:
        self._depth -= 1

    def data(self, text: str) -> None:
        pass

    def close(self) -> None:
        pass


def parse(data: bytes) -> etree._Element:
    """The root element of `data`. Raises BadRecord, with the line where it is known."""
    if len(data) > MAX_BYTES:
        raise BadRecord(f"{len(data)} bytes of XML; the limit is {MAX_BYTES}")
    try:
        etree.fromstring(data, _parser(_Inspector()))
        return etree.fromstring(data, _parser(None))
    except etree.XMLSyntaxError as error:
        # lxml's own text ends in "line 3, column 7"; ours begins with the line.
        reason = (error.msg or "not XML").rpartition(", line ")[0] or error.msg
        raise BadRecord(f"not well-formed: {reason}", line=error.lineno) from None


def _parser(target: _Inspector | None) -> etree.XMLParser:
    return etree.XMLParser(
        target=target,  # type: ignore[arg-type]  # the stub misses methods that are optional
        load_dtd=False,
        no_network=True,
        resolve_entities=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def text_of(element: etree._Element | None) -> str:
    """All the text below `element`, its white space collapsed; "" for no element."""
    if element is None:
        return ""
    return " ".join(_characters(element).split())


def paragraphs_of(element: etree._Element) -> str:
    """The text below `element` with its blank lines, and only those, kept."""
    paragraphs = re.split(r"\n\s*\n", _characters(element))
    return "\n\n".join(" ".join(p.split()) for p in paragraphs if p.strip())


def line_of(element: etree._Element) -> int | None:
    line: int | None = element.sourceline  # type: ignore[assignment]
    return line


def _characters(element: etree._Element) -> str:
    return "".join(str(text) for text in element.itertext())
