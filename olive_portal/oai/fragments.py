"""A renderer's output is checked once, when it is stored, and then trusted."""

from __future__ import annotations

import re

from lxml import etree

from olive_portal.oai.errors import BadFragment
from olive_portal.oai.formats import FORMATS

DECLARATION = re.compile(r"\A\ufeff?\s*(?:<\?xml\b[^>]*\?>)?\s*")


def check(prefix: str, xml: bytes) -> str:
    """The element as text that can stand inside of <metadata>. Raises BadFragment."""
    parser = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadFragment(f"{prefix}: {error}") from error
    namespace = etree.QName(root).namespace
    if namespace != FORMATS[prefix].namespace:
        raise BadFragment(f"{prefix}: the root is in the namespace {namespace}")
    if b"<!DOCTYPE" in xml:
        raise BadFragment(f"{prefix}: a document type has no place in a record")
    return DECLARATION.sub("", xml.decode()).rstrip()
