"""What curators write in Markdown becomes HTML that a page may hold.

Two walls: raw HTML is not Markdown here, and what comes out is held to a list of
elements, so that no script, style or picture from elsewhere reaches a visitor.
"""

from __future__ import annotations

from typing import Final

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

LOWEST: Final = 6
ELEMENTS: Final = {
    *("p", "br", "hr", "blockquote", "pre", "code", "em", "strong", "a"),
    *("ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"),
    *("h1", "h2", "h3", "h4", "h5", "h6"),
}
ATTRIBUTES: Final = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES: Final = {"http", "https", "mailto"}

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


def render(text: str, *, below: int = 1) -> SafeString:
    """`text` as HTML, with its highest headings at the level under `below`, whichever
    it gave them."""
    tokens = _markdown.parse(text)
    headings = [token for token in tokens if token.type.startswith("heading_")]
    highest = min((_level(token) for token in headings), default=1)
    for token in headings:
        token.tag = f"h{min(_level(token) - highest + 1 + below, LOWEST)}"
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    clean = nh3.clean(
        html, tags=ELEMENTS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=None
    )
    return mark_safe(clean)  # noqa: S308  # nh3 has cleaned it


def _level(heading: Token) -> int:
    return int(heading.tag.removeprefix("h"))
