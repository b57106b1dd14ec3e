from __future__ import annotations

import pytest

from olive_portal.catalogue import rights

NAMES = {
    "http://rightsstatements.org/vocab/InC/1.0/": "In copyright",
    "https://www.rightsstatements.org/vocab/InC/1.0": "In copyright",
    "https://creativecommons.org/licenses/by/4.0/": "CC BY 4.0",
    "https://spdx.org/licenses/GPL-2.0-or-later.html": "GPL-2.0-or-later",
    "https://example.org/terms": "https://example.org/terms",
}


@pytest.mark.parametrize("uri", NAMES)
def test_a_statement_is_said_in_words(uri):
    assert rights.in_words(uri) == NAMES[uri]
