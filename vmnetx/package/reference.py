"""Reference files, `.netx`: an XML file that names the URL to open (spec 3.2)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from lxml import etree

from vmnetx.package import markup
from vmnetx.package.markup import Rule, Value, exactly_one

NAMESPACE: Final = "http://olivearchive.org/xmlns/vmnetx/reference"
SUFFIX: Final = ".netx"
MAX_BYTES: Final = 64 * 1024
_ZIP: Final = b"PK"

# White space around it is collapsed before the pattern counts. Neither vmnetx+http nor
# file is among the schemes: a reference from a stranger opens no file of ours.
_URL: Final = Value(
    "a URL of http, https or vmnetx", r"\s*(?:https?|vmnetx)://\S[^\x00]{0,4095}"
)
_REFERENCE: Final = Rule(children={f"{{{NAMESPACE}}}url": exactly_one(Rule(text=_URL))})


class BadReference(Exception):
    """A file that is called a reference is none; the text says why."""


def read(path: Path) -> str | None:
    """Return the URL of the reference at `path`; None when it is something else.

    Raises OSError, and BadReference for a file that ends in .netx and is none.
    """
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    is_called_one = path.suffix == SUFFIX
    if not is_called_one and (data.startswith(_ZIP) or len(data) > MAX_BYTES):
        return None
    try:
        return parse(data)
    except BadReference:
        if is_called_one:
            raise
        return None


def render(url: str) -> bytes:
    """What parse() reads back. Raises BadReference for what it would refuse."""
    root = etree.fromstring(f'<reference xmlns="{NAMESPACE}"/>')
    try:
        etree.SubElement(root, f"{{{NAMESPACE}}}url").text = url
    except ValueError as error:
        raise BadReference(f"not a URL: {error}") from error
    # lxml's own declaration has single quotes; the original's has double ones.
    declaration = b'<?xml version="1.0" encoding="UTF-8"?>\n'
    text = etree.tostring(root, encoding="unicode", pretty_print=True)
    data = declaration + text.encode()
    parse(data)
    return data


def parse(data: bytes) -> str:
    """Return the URL that a reference holds. Raises BadReference."""
    if len(data) > MAX_BYTES:
        raise BadReference(f"longer than {MAX_BYTES} bytes")
    try:
        root = markup.parse(data)
        markup.check(root, f"{{{NAMESPACE}}}reference", _REFERENCE)
    except markup.Unacceptable as error:
        raise BadReference(f"not a reference: {error}") from error
    return re.sub(r"\s+", " ", "".join(str(text) for text in root.itertext())).strip()
