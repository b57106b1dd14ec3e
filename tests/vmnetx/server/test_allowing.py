from __future__ import annotations

import pytest

from vmnetx.errors import Refused
from vmnetx.server.allowing import MAX_URL, AllowList, Origin

ALLOWED = AllowList(
    origins=(
        Origin.parse("https://images.example.org"),
        Origin.parse("http://127.0.0.1:8000/launch/"),
        Origin.parse("http://[::1]:8000"),
    )
)


@pytest.mark.parametrize(
    "url",
    [
        "https://images.example.org/a.nxpk",
        "https://images.example.org:443/a/b.nxpk?x=1",
        "https://IMAGES.example.org/a.nxpk",
        "http://127.0.0.1:8000/launch/token:with.signs/a%20b.nxpk",
        "http://[::1]:8000/a.nxpk",
    ],
)
def test_what_the_operator_named_is_allowed_as_it_is(url):
    assert ALLOWED.location(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.nxpk",
        "http://",
        "https:///a.nxpk",
        "http://images.example.org/a.nxpk",
        "https://images.example.org:8443/a.nxpk",
        "https://images.example.org.evil.example/a.nxpk",
        "https://images.example.org./a.nxpk",
        "http://127.0.0.1:8000/launching/a.nxpk",
        "http://127.0.0.1:8000/admin",
        "http://127.0.0.1:8000/launch/../admin",
        "http://127.0.0.1:8000/launch/%2e%2E/admin",
        "http://127.0.0.1:8000/launch/.%2e",
        "http://169.254.169.254/latest/meta-data",
        "http://2130706433:8000/launch/a.nxpk",
        "https://images.example.org:99999/a.nxpk",
        "vmnetx+http://127.0.0.1:8000/launch/a.nxpk",
        "ftp://images.example.org/a.nxpk",
        "HTTPS://images.example.org/a.nxpk#fragment",
        "https://images.example.org/a b.nxpk",
        "https://images.example.org\\@evil.example/a.nxpk",
        "https://images.example.org/a.nxpk\n",
        "https://images.example.org/ü.nxpk",
        "https://[::1/a.nxpk",
        "https://images.example.org/" + "a" * MAX_URL,
    ],
)
def test_anything_else_is_refused(url):
    with pytest.raises(Refused):
        ALLOWED.location(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://images.example.org:x@evil.example/p",
        "https://user@images.example.org/a.nxpk",
        "https://user:word@images.example.org/a.nxpk",
    ],
)
def test_nobodys_user_name_passes_for_a_host(url):
    """Spec 10.2.8: the 2015 front end looked before the first colon."""
    with pytest.raises(Refused):
        ALLOWED.location(url)


def test_nothing_is_allowed_that_was_not_named(tmp_path):
    with pytest.raises(Refused):
        AllowList().location("https://images.example.org/a.nxpk")
    with pytest.raises(Refused):
        AllowList().location(tmp_path.as_uri())


@pytest.mark.parametrize(
    "text", ["images.example.org", "ftp://a.org", "http://a.org?b", "http://a@b.org"]
)
def test_an_origin_that_is_none_is_told(text):
    with pytest.raises(ValueError, match=r"origin|place"):
        Origin.parse(text)


class TestFiles:
    @pytest.fixture
    def shelf(self, tmp_path):
        shelf = tmp_path / "shelf"
        shelf.mkdir()
        (shelf / "a b.nxpk").touch()
        (tmp_path / "secret").touch()
        (shelf / "in").symlink_to(shelf / "a b.nxpk")
        (shelf / "out").symlink_to(tmp_path / "secret")
        return shelf

    @pytest.mark.parametrize("name", ["a%20b.nxpk", "in"])
    def test_a_file_below_the_folder_is_allowed(self, shelf, name):
        location = AllowList(folders=(shelf,)).location(f"file://{shelf}/{name}")
        assert location == shelf / "a b.nxpk"

    @pytest.mark.parametrize(
        "name", ["out", "../secret", "%2e%2e/secret", "..%2Fsecret", "none", "a%00b"]
    )
    def test_a_way_out_of_it_is_refused(self, shelf, name):
        with pytest.raises(Refused):
            AllowList(folders=(shelf,)).location(f"file://{shelf}/{name}")

    def test_another_hosts_file_is_refused(self, shelf):
        with pytest.raises(Refused):
            AllowList(folders=(shelf,)).location(f"file://evil{shelf}/in")
