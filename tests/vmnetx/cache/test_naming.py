"""Which addresses are the same package, and which never are."""

from __future__ import annotations

import pytest

from vmnetx.cache.naming import digest, key_text, name, sha256_in
from vmnetx.package.http import Identity

HEX = "ab" * 32
DIGEST = f'"sha256:{HEX}"'
DATE = "Fri, 24 Oct 2014 12:00:00 GMT"
URL = "https://portal.example/launch/{}/game.nxpk"


def named(url, etag=DIGEST, date=DATE):
    return name(url, Identity(9, etag, date))


def test_the_key_is_the_one_of_vmnetx():
    """Spec 9.6."""
    text = key_text("https://example.com/vm.nxpk", '"abc"', DATE)
    assert text == (
        '{\n  "etag": "\\"abc\\"", \n'
        '  "last-modified": "2014-10-24T12:00:00+00:00", \n'
        '  "url": "https://example.com/vm.nxpk"\n}'
    )
    key = "8b74b52af57d84e23c10f621bc8f97d826da2d469a91b5cca2dba700d4a5b093"
    assert digest(text) == key
    assert named("https://example.com/vm.nxpk#x", '"abc"').key == key


def test_the_key_without_validators_is_the_one_of_vmnetx():
    text = key_text("https://example.com/vm.nxpk", None, None)
    assert digest(text) == (
        "6c5346419e0641d3e92a7849f30fe1a6c2944bd2baf0341fef9e73933482b674"
    )


def test_what_has_no_strong_tag_has_no_name():
    assert named("https://example.com/vm.nxpk", etag=None) is None


def test_two_sessions_urls_of_one_digest_are_one_package():
    assert named(URL.format("t0k3n")) == named(URL.format("0ther"), date=None)


def test_a_digest_is_known_from_the_portals_tag():
    assert named(URL).sha256 == HEX
    assert sha256_in(f'"sha-256:{HEX}"') == HEX


@pytest.mark.parametrize(
    "tag",
    ['"sha256:abc"', f'"{HEX}"', f'"sha256:{HEX.upper()}"', f"sha256:{HEX}", '""'],
)
def test_other_tags_name_no_digest(tag):
    assert sha256_in(tag) is None


@pytest.mark.parametrize(
    "other",
    [
        "http://portal.example/launch/t/game.nxpk",
        "https://portal.example:8443/launch/t/game.nxpk",
        "https://evil.example/launch/t/game.nxpk",
    ],
)
@pytest.mark.parametrize("tag", [DIGEST, '"abc"'])
def test_two_origins_never_share_a_name(other, tag):
    assert named(URL.format("t"), tag).key != named(other, tag).key


def test_without_a_digest_the_path_and_the_query_count():
    keys = {
        named(f"https://a.example/{rest}", '"abc"').key
        for rest in ("x.nxpk", "y.nxpk", "x.nxpk?id=1", "x.nxpk?id=2")
    }
    assert len(keys) == 4


def test_any_validator_makes_another_name():
    url = "https://a.example/x.nxpk"
    assert named(url, '"a"').key != named(url, '"b"').key
    assert named(url, '"a"').key != named(url, '"a"', date=None).key
    assert named(url, '"a"').key != named(url, '"a"', date="yesterday").key


def test_a_host_has_no_upper_case():
    assert named("https://A.Example/x") == named("https://a.example/x")


def test_a_name_holds_no_token():
    assert "t0k3n" not in repr(named(URL.format("t0k3n")))
    assert "t0k3n" not in repr(named("https://a.example/t0k3n?t=t0k3n", '"abc"'))
