"""A renderer's output is checked once, when it is stored, and then trusted."""

from __future__ import annotations

import re

from lxml import etree

from olive_portal.oai.errors import BadFragment
from olive_portal.oai.formats import FORMATS

DECLARATION = re.compile(r"\A\ufeff?\s*(?:<\?xml\b[^>]*\?>)?\s*")


# In METS, MODS and PREMIS: what gives an element its name, and what points there.
NAMES = frozenset({"ID", "xmlID"})
POINTERS = frozenset({"ADMID", "DMDID", "FILEID", "IDREF", "STRUCTID"})


def check(prefix: str, xml: bytes, source: str) -> str:
    """The element as text that can stand inside of <metadata>, beside a hundred others.

    Raises BadFragment.
    """
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
    if _tell_apart(root, source.replace("/", "-")):
        return etree.tostring(root, encoding="unicode")
    return DECLARATION.sub("", xml.decode()).rstrip()


def _tell_apart(root: etree._Element, ending: str) -> bool:
    """Whether it has IDs. They end as nobody else's, since a page is one document."""
    has_names = False
    for element in root.iter(etree.Element):
        for name in (NAMES | POINTERS) & set(element.keys()):
            words = (element.get(name) or "").split()
            element.set(name, " ".join(f"{word}.{ending}" for word in words))
            has_names = True
    return has_names
