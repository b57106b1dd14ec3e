"""MARC relator codes, those that software's records use, as their English terms.

https://id.loc.gov/vocabulary/relators
"""

from __future__ import annotations

TERMS = {
    "art": "artist",
    "aut": "author",
    "cmp": "composer",
    "com": "compiler",
    "cph": "copyright holder",
    "cre": "creator",
    "ctb": "contributor",
    "cur": "curator",
    "dnr": "donor",
    "dsr": "designer",
    "dst": "distributor",
    "edt": "editor",
    "fnd": "funder",
    "ill": "illustrator",
    "inv": "inventor",
    "isb": "issuing body",
    "lyr": "lyricist",
    "mfr": "manufacturer",
    "mus": "musician",
    "nrt": "narrator",
    "org": "originator",
    "own": "owner",
    "pbl": "publisher",
    "pdr": "project director",
    "prg": "programmer",
    "pro": "producer",
    "res": "researcher",
    "spn": "sponsor",
    "trl": "translator",
    "vac": "voice actor",
}


def term(text: str) -> str:
    """The English term of a relator code, or of its URI; other text as it is."""
    code = text.rpartition("/")[2].lower()
    return TERMS.get(code, text)


CODES = {term: code for code, term in TERMS.items()}


def code(term: str) -> str:
    """The relator code of an English term; "" for other words."""
    return CODES.get(term, "")
