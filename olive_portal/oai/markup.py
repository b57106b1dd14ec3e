"""XML by concatenation: what comes from outside passes text() or attribute()."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
IN_ATTRIBUTES = {'"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}


def text(value: str) -> str:
    return escape(clean(value), {"\r": "&#13;"})


def attribute(name: str, value: str) -> str:
    return f' {name}="{escape(clean(value), IN_ATTRIBUTES)}"'


def element(name: str, value: str) -> str:
    return f"<{name}>{text(value)}</{name}>"


def clean(value: str) -> str:
    """Without the characters that no XML 1.0 document may have, however written."""
    return ILLEGAL.sub("\ufffd", value)
