from __future__ import annotations

import json

import pytest

from vmnetx.errors import Refused
from vmnetx.server.registry import Wish
from vmnetx.server.wishes import read_wish

URL = "https://example.org/a.nxpk"


def test_an_old_front_ends_body_starts_nothing():
    body = json.dumps({"url": URL, "user_ident": "alice@example.org"}).encode()
    assert read_wish(body) == Wish(URL, "alice@example.org", "none", start=False)


def test_a_new_one_says_more():
    body = {"url": URL, "start": True, "network": "user", "of_the_future": 1}
    assert read_wish(json.dumps(body).encode()) == Wish(URL, None, "user", start=True)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "Invalid request JSON"),
        (b"url=x", "Invalid request JSON"),
        (b"\xff", "Invalid request JSON"),
        (b"[" * 60000, "Invalid request JSON"),
        (b"[]", "must be a JSON object"),
        (b"{}", "Invalid or missing argument"),
        (b'{"url": 5}', "url must be a text"),
        (b'{"url": ""}', "url must be a text"),
        (b'{"url": "a\\nb"}', "cannot be shown"),
        (b'{"url": "\\ud800"}', "cannot be shown"),
        (b'{"url": "a", "user_ident": {"a": 1}}', "user_ident must be a text"),
        (b'{"url": "a", "user_ident": "\\u001b[2J"}', "cannot be shown"),
        (b'{"url": "a", "network": "bridge"}', "network must be"),
        (b'{"url": "a", "network": ["none"]}', "network must be"),
        (b'{"url": "a", "start": "yes"}', "start must be"),
        (json.dumps({"url": "a", "user_ident": "b" * 257}).encode(), "1 to 256"),
    ],
)
def test_what_is_wrong_is_said(body, why):
    with pytest.raises(Refused, match=why):
        read_wish(body)
