"""Texts that a page can show: cut where a reader would turn the page."""

from __future__ import annotations

from olive_portal.catalogue.models import ManualText, Media

LETTERS_ON_A_PAGE = 24_000
# Of a file that search has not read yet.
MOST_BYTES = 1_000_000


def text_of(media: Media) -> str:
    """The words of a document; empty where there are none to be had."""
    read = ManualText.objects.filter(media=media).first()
    if read is not None:
        return read.text
    if media.media_type != "text/plain":
        return ""
    try:
        with media.file.open() as file:
            content: bytes = file.read(MOST_BYTES)
    except FileNotFoundError:
        return ""
    return content.decode(errors="replace")


def pages(text: str) -> list[str]:
    """`text` in pieces of about the same length that end with a line."""
    found: list[str] = []
    rest = text.strip("\n")
    while len(rest) > LETTERS_ON_A_PAGE:
        cut = rest.rfind("\n", LETTERS_ON_A_PAGE // 2, LETTERS_ON_A_PAGE)
        cut = LETTERS_ON_A_PAGE if cut < 0 else cut
        found.append(rest[:cut])
        rest = rest[cut:].lstrip("\n")
    return [*found, rest] if rest.strip() else found
