"""The rules of METS that matter to whoever relies on a record, checked without schemas:
sections in their order, names that are unique, references that lead somewhere, values
that are what they say.

https://www.loc.gov/standards/mets/mets-schemadocs.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from olive_portal.metadata.namespaces import NAMESPACES, expand
from olive_portal.metadata.reading.parsing import line_of
from olive_portal.metadata.reading.report import Finding, Verdict

NS = {"mets": NAMESPACES["mets"]}
ORDER = (
    "metsHdr",
    "dmdSec",
    "amdSec",
    "fileSec",
    "structMap",
    "structLink",
    "behaviorSec",
)
ONCE = {"metsHdr", "fileSec", "structLink"}
REFERENCES = ("DMDID", "ADMID", "FILEID", "STRUCTID")
NAMED = {"dmdSec", "techMD", "rightsMD", "sourceMD", "digiprovMD", "file"}
NAME = re.compile(r"[^\W\d][\w.\-]*")
MOMENT = re.compile(
    r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?", re.ASCII
)
NUMBER = re.compile(r"[+-]?\d+", re.ASCII)
# How many hexadecimal digits a digest has.
DIGESTS = {
    "MD5": 32,
    "SHA-1": 40,
    "SHA-256": 64,
    "SHA-384": 96,
    "SHA-512": 128,
    "CRC32": 8,
}


def check(root: etree._Element) -> Iterator[Finding]:
    yield from _order(root)
    yield from _names(root)
    names = {element.get("ID") for element in _ours(root)}
    for element in _ours(root):
        yield from _references(element, names)
        yield from _required(element)
        yield from _values(element)


def _ours(root: etree._Element) -> Iterator[etree._Element]:
    return root.iter(f"{{{NAMESPACES['mets']}}}*")


def _wrong(element: etree._Element, text: str) -> Finding:
    section = etree.QName(element).localname
    return Finding(line_of(element), section, Verdict.INVALID, text)


def _order(root: etree._Element) -> Iterator[Finding]:
    last = 0
    seen: set[str] = set()
    for child in root:
        name = etree.QName(child)
        if name.namespace != NAMESPACES["mets"] or name.localname not in ORDER:
            yield _wrong(child, "METS has no such section")
            continue
        place = ORDER.index(name.localname)
        if place < last:
            yield _wrong(child, f"it stands after {ORDER[last]}, and belongs before it")
        if name.localname in seen & ONCE:
            yield _wrong(child, "there is more than one")
        seen.add(name.localname)
        last = max(last, place)
    if "structMap" not in seen:
        yield _wrong(root, "there is no structMap, and METS demands one")


def _names(root: etree._Element) -> Iterator[Finding]:
    lines: dict[str, int | None] = {}
    for element in _ours(root):
        name = element.get("ID")
        if name is None:
            continue
        if not NAME.fullmatch(name):
            yield _wrong(element, f"ID {name!r} is no XML name")
        if name in lines:
            yield _wrong(element, f"ID {name!r} is that of line {lines[name]} too")
        lines.setdefault(name, line_of(element))


def _references(element: etree._Element, names: set[str | None]) -> Iterator[Finding]:
    for attribute in REFERENCES:
        for name in element.get(attribute, "").split():
            if name not in names:
                yield _wrong(element, f"{attribute} {name!r} leads nowhere")


def _required(element: etree._Element) -> Iterator[Finding]:
    name = etree.QName(element).localname
    if name in NAMED and "ID" not in element.attrib:
        yield _wrong(element, "it has no ID")
    if name in {"mdWrap", "mdRef"} and "MDTYPE" not in element.attrib:
        yield _wrong(element, "it has no MDTYPE")
    if name in {"mdRef", "FLocat"}:
        if "LOCTYPE" not in element.attrib:
            yield _wrong(element, "it has no LOCTYPE")
        if not element.get(expand("xlink:href")):
            yield _wrong(element, "it has no xlink:href")
    if name == "structMap" and len(element.findall("mets:div", NS)) != 1:
        yield _wrong(element, "it has not exactly one div")


def _values(element: etree._Element) -> Iterator[Finding]:
    for attribute in ("CREATEDATE", "LASTMODDATE", "CREATED"):
        value = element.get(attribute)
        if value is not None and not MOMENT.fullmatch(value.strip()):
            yield _wrong(element, f"{attribute} {value!r} is no date with a time")
    size = element.get("SIZE")
    if size is not None and not NUMBER.fullmatch(size.strip()):
        yield _wrong(element, f"SIZE {size!r} is no number")
    digits = DIGESTS.get(element.get("CHECKSUMTYPE", ""))
    digest = element.get("CHECKSUM", "").strip()
    if digits and not re.fullmatch(f"[0-9A-Fa-f]{{{digits}}}", digest):
        kind = element.get("CHECKSUMTYPE")
        yield _wrong(element, f"CHECKSUM {digest!r} is no {kind}")
