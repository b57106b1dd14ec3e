from __future__ import annotations

import pytest

from olive_portal.catalogue.templatetags.sizes import size

WORDS = {
    0: "0 bytes",
    1407: "1.4 KB",
    9_646_899: "9.2 MB",
    64 << 20: "64 MB",
    3 << 39: "1.5 TB",
    5 << 50: "5120 TB",
}


@pytest.mark.parametrize("count", WORDS)
def test_a_size_is_short_and_stays_on_one_line(count):
    assert size(count) == WORDS[count].replace(" ", "\N{NO-BREAK SPACE}")
