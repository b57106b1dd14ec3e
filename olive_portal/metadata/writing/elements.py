"""Elements with prefixed names, from text that may hold anything.

Whatever a catalogue row holds can be said in XML: characters that XML 1.0 has no place
for are left out, a link becomes a URI, and the rest is escaped. The same values always
make the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from lxml import etree

from olive_portal.metadata.namespaces import NAMESPACES, SCHEMAS, expand

# https://www.w3.org/TR/xml/#charsets, and the two that are characters of no text.
ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LINE_ENDS = re.compile("\r\n?")
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.")
# Reserved and unreserved characters of RFC 3986 but "[" and "]", which are allowed
# around a host in numbers only.
URI_CHARACTERS = "!#$&'()*+,/:;=?@-._~"
HOST_IN_NUMBERS = re.compile("^([a-z]+://)%5B([0-9A-Fa-f:.]+)%5D")
STRAY_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
SECOND_FRAGMENT = re.compile("(?<=#)(.*)", re.DOTALL)

Attributes = Mapping[str, str]


def legal(text: str) -> str:
    """`text` without the characters that no XML document may hold."""
    return LINE_ENDS.sub("\n", ILLEGAL.sub("", text))


def uri(text: str) -> str:
    """`text` as an absolute URI, what is not ASCII escaped; "" for what is none."""
    stripped = "".join(legal(text).split())
    if not SCHEME.match(stripped):
        return ""
    try:
        _ = urlsplit(stripped).port
    except ValueError:
        return ""
    escaped = quote(STRAY_PERCENT.sub("%25", stripped), safe=URI_CHARACTERS + "%")
    escaped = HOST_IN_NUMBERS.sub(r"\1[\2]", escaped)
    return SECOND_FRAGMENT.sub(lambda rest: rest[1].replace("#", "%23"), escaped)


def start(name: str, *prefixes: str, version: str = "") -> etree._Element:
    """A root of its own: it declares `prefixes` besides its own, and its schemas."""
    used = dict.fromkeys([name.partition(":")[0], *prefixes, "xsi"])
    root = etree.Element(
        expand(name), nsmap={prefix: NAMESPACES[prefix] for prefix in used}
    )
    locations = [f"{NAMESPACES[p]} {SCHEMAS[p]}" for p in used if p in SCHEMAS]
    root.set(expand("xsi:schemaLocation"), " ".join(locations))
    if version:
        root.set("version", version)
    return root


def add(
    parent: etree._Element, name: str, text: str = "", **attributes: str
) -> etree._Element:
    """A child, also without text. Attributes without a value are left out.

    A name that Python has no spelling for: `xlink__href`, `type_`.
    """
    child = etree.SubElement(parent, expand(name))
    if text := legal(text):
        child.text = text
    for key, value in attributes.items():
        if value := legal(value):
            child.set(expand(key.rstrip("_").replace("__", ":")), value)
    return child


def say(
    parent: etree._Element, name: str, text: str, **attributes: str
) -> etree._Element | None:
    """A child if there is something to say; what is only white space says nothing."""
    return add(parent, name, text, **attributes) if legal(text).strip() else None


def serialise(root: etree._Element) -> bytes:
    """UTF-8 without a declaration, so that it can stand inside another document."""
    return etree.tostring(root, encoding="UTF-8", xml_declaration=False)
