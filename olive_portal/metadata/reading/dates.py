"""Dates of records become one W3CDTF or EDTF (ISO 8601-2) expression."""

from __future__ import annotations

import re

from lxml import etree

from olive_portal.metadata.reading.parsing import text_of

NS = {"m": "http://www.loc.gov/mods/v3"}
# When a title was issued, or the next best thing that the record says about its age.
ELEMENTS = ("dateIssued", "copyrightDate", "dateCreated", "dateOther")
ENCODED = ("edtf", "w3cdtf", "iso8601")
MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T[\d:.]+(?:Z|[+-][\d:]+)?")
ABOUT = re.compile(r"(?:c|ca\.?|circa|\[)\s*(\d{4})\]?")
COPYRIGHT = re.compile(r"(?:©|\(c\)|copyright)\s*(\d{4})", re.IGNORECASE)
QUALIFIERS = {"approximate": "~", "questionable": "?", "inferred": "~"}


def issued(origins: list[etree._Element]) -> str:
    """The date of the first kind that the originInfo elements give; "" for none."""
    for name in ELEMENTS:
        found = [el for o in origins for el in o.findall(f"m:{name}", NS)]
        if date := _choose([el for el in found if text_of(el)]):
            return date
    return ""


def _choose(found: list[etree._Element]) -> str:
    """A span if there is one with both ends known, else the key or encoded date."""
    points = {el.get("point"): _expression(el) for el in reversed(found)}
    if "start" in points and "end" in points:
        return f"{points['start']}/{points['end']}"
    return next((_expression(el) for el in sorted(found, key=_rank)), "")


def _rank(element: etree._Element) -> tuple[bool, bool]:
    return (
        element.get("keyDate") != "yes",
        element.get("encoding", "") not in ENCODED,
    )


def _expression(element: etree._Element) -> str:
    text = text_of(element)
    sign = QUALIFIERS.get(element.get("qualifier", ""), "")
    if (found := expression(text)) != text:
        return found
    return text + sign if text[:1].isdigit() and text[-1:].isdigit() else text


def expression(text: str) -> str:
    """`c1992` and `[1992]` with EDTF's sign, a moment as its day; else as it is."""
    if moment := MOMENT.fullmatch(text):
        return moment[1]
    if about := ABOUT.fullmatch(text):
        return f"{about[1]}~"
    if copyright_year := COPYRIGHT.fullmatch(text):
        return copyright_year[1]
    return text
