from __future__ import annotations

import pytest

from olive_portal.oai import encoding


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        (None, "identity"),
        ("", "identity"),
        ("gzip", "gzip"),
        ("GZIP;q=0.5", "gzip"),
        ("deflate, gzip;q=1.0, *;q=0.5", "gzip"),
        ("x-gzip", "gzip"),
        ("*", "gzip"),
        ("br", "identity"),
        ("gzip;q=0", "identity"),
        ("gzip; q=0.0, identity", "identity"),
        ("gzip;q=0.2, identity;q=0.9", "identity"),
        ("gzip;q=nonsense", "identity"),
        ("*;q=0, gzip", "gzip"),
        ("identity;q=0, gzip", "gzip"),
        ("identity;q=0", None),
        ("*;q=0", None),
        ("gzip;q=0, *;q=0", None),
    ],
)
def test_the_client_gets_what_it_asks_for(accepted, chosen):
    assert encoding.choose(accepted) == chosen
