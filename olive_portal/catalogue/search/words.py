"""What somebody typed, as the terms that it consists of."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

MOST_LETTERS = 200
MOST_TERMS = 12
# A phrase in quotes, closed or not, or what stands between spaces.
PIECE = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')
WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Term:
    """A word, or several that must follow each other."""

    text: str
    is_excluded: bool = False

    @property
    def words(self) -> list[str]:
        return split(self.text)


def tidy(text: str) -> str:
    """One line without control characters, of a bounded length."""
    printable = "".join(c if c.isprintable() else " " for c in text[:MOST_LETTERS])
    return " ".join(printable.split())


# A page of results has hundreds of links, and each is a question with these words.
@lru_cache(maxsize=256)
def read(text: str) -> tuple[Term, ...]:
    found = (
        Term((phrase or word).strip(), is_excluded=bool(minus))
        for minus, phrase, word in PIECE.findall(tidy(text))
    )
    return tuple(term for term in found if term.words)[:MOST_TERMS]


def fold(text: str) -> str:
    """Without the differences that nobody types: case and accents."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))


def split(text: str) -> list[str]:
    return WORD.findall(fold(text))
