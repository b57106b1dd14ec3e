"""What somebody may have meant who mistyped a word."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from olive_portal.catalogue.search.holdings import Holdings
from olive_portal.catalogue.search.words import Term, fold

SHORTEST = 3
# From this length on, two slips are forgiven instead of one.
LONG = 7
CANDIDATES = 20


def correct(terms: Sequence[Term], holdings: Holdings) -> str:
    """The terms with unknown words replaced by the nearest that titles have.

    Empty where there is nothing to correct, or nothing near.
    """
    corrected = [_corrected(term, holdings) for term in terms]
    if corrected == [term.text for term in terms]:
        return ""
    minus = ["-" if term.is_excluded else "" for term in terms]
    return " ".join(a + _quoted(b) for a, b in zip(minus, corrected, strict=True))


def _corrected(term: Term, holdings: Holdings) -> str:
    if term.is_excluded:
        return term.text
    words = [_nearest(word, holdings) for word in term.words]
    return term.text if words == term.words else " ".join(words)


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text else text


def _nearest(word: str, holdings: Holdings) -> str:
    word = fold(word)
    if word in holdings.by_word or len(word) < SHORTEST or word.isdigit():
        return word
    near = process.extract(
        word,
        holdings.by_word.keys(),
        scorer=OSA.distance,
        score_cutoff=2 if len(word) >= LONG else 1,
        limit=CANDIDATES,
    )
    # The nearest; of several the one that most titles have.
    best = min(
        near,
        key=lambda found: (found[1], -len(holdings.by_word[found[0]]), found[0]),
        default=(word,),
    )
    return str(best[0])
