"""Rights statements in words: the URIs that records of software mostly carry."""

from __future__ import annotations

STATEMENTS = {
    "rightsstatements.org/vocab/InC/1.0": "In copyright",
    "rightsstatements.org/vocab/InC-EDU/1.0": "In copyright, educational use permitted",
    "rightsstatements.org/vocab/InC-NC/1.0": (
        "In copyright, non-commercial use permitted"
    ),
    "rightsstatements.org/vocab/InC-OW-EU/1.0": "In copyright, EU orphan work",
    "rightsstatements.org/vocab/InC-RUU/1.0": (
        "In copyright, rights-holder cannot be found"
    ),
    "rightsstatements.org/vocab/NoC-US/1.0": "No copyright in the United States",
    "rightsstatements.org/vocab/CNE/1.0": "Copyright not evaluated",
    "rightsstatements.org/vocab/UND/1.0": "Copyright undetermined",
    "rightsstatements.org/vocab/NKC/1.0": "No known copyright",
    "creativecommons.org/publicdomain/mark/1.0": "Public domain",
    "creativecommons.org/publicdomain/zero/1.0": "CC0 1.0",
    "creativecommons.org/licenses/by/4.0": "CC BY 4.0",
    "creativecommons.org/licenses/by-sa/4.0": "CC BY-SA 4.0",
}
LICENCES = "spdx.org/licenses/"


def in_words(uri: str) -> str:
    """The statement's name; an SPDX licence's identifier; otherwise the URI itself."""
    key = uri.partition("://")[2].removeprefix("www.").rstrip("/")
    if key.startswith(LICENCES):
        return key.removeprefix(LICENCES).removesuffix(".html")
    return STATEMENTS.get(key, uri)
