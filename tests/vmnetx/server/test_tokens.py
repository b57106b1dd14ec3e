"""Spec 9.9's vectors."""

from __future__ import annotations

import hmac
import re

import pytest

from vmnetx.server import tokens

ID = "AAAQEAYEAUDAOCAJ"
CODE = "AAECAwQFBgcICQoLDA0O"


def test_the_names_of_the_specification():
    assert tokens.instance_id(bytes(range(10))) == ID
    assert tokens.auth_code(bytes(range(15))) == CODE


def test_every_name_is_another_of_the_same_form():
    ids = {tokens.instance_id() for _ in range(100)}
    codes = {tokens.auth_code() for _ in range(100)}
    assert len(ids) == len(codes) == 100
    assert all(re.fullmatch("[A-Z2-7]{16}", each) for each in ids)
    assert all(re.fullmatch("[A-Za-z0-9_-]{20}", each) for each in codes)


def test_a_viewer_token_fits_into_a_header_and_has_192_bits():
    assert re.fullmatch("[A-Za-z0-9_-]{32}", tokens.viewer_token())


@pytest.mark.parametrize(
    ("port", "place"),
    [(18923, "cloud.example.org"), (28923, "cloud.example.org:28923")],
)
def test_only_an_unusual_port_is_in_the_url(port, place):
    url = tokens.instance_url("cloud.example.org", port, f"{ID}/{CODE}")
    assert url == f"vmnetx://{place}/{ID}/{CODE}"


def test_an_ipv6_address_has_brackets_in_the_url():
    url = tokens.instance_url("2001:db8::1", 28923, f"{ID}/{CODE}")
    assert url == f"vmnetx://[2001:db8::1]:28923/{ID}/{CODE}"


def test_secrets_are_the_same_or_not():
    assert tokens.is_same("ü-key", "ü-key")
    assert not tokens.is_same("key", "kez")
    assert not tokens.is_same("", "key")


def test_secrets_are_compared_in_constant_time(monkeypatch):
    compared = []
    monkeypatch.setattr(hmac, "compare_digest", lambda *both: compared.append(both))
    tokens.is_same("guess", "key")
    assert compared == [(b"guess", b"key")]


def test_a_header_that_is_no_text_is_compared_too():
    assert not tokens.is_same("\udcff", "key")
