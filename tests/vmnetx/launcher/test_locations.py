from __future__ import annotations

import pytest

from vmnetx.launcher.locations import (
    BadLocation,
    FilePackage,
    Remote,
    WebPackage,
    resolve,
)

TOKEN = "AAAQEAYEAUDAOCAJ/AAECAwQFBgcICQoLDA0O"
REFERENCE = (
    '<reference xmlns="http://olivearchive.org/xmlns/vmnetx/reference">'
    "<url>{}</url></reference>"
)


@pytest.mark.parametrize(
    ("url", "location"),
    [
        (
            f"vmnetx://cloud.example.org/{TOKEN}",
            Remote("cloud.example.org", 18923, TOKEN),
        ),
        (f"vmnetx://10.0.0.1:28923/{TOKEN}", Remote("10.0.0.1", 28923, TOKEN)),
        (f"vmnetx://[::1]:5/{TOKEN}", Remote("::1", 5, TOKEN)),
        ("vmnetx://h/opaque", Remote("h", 18923, "opaque")),
        ("vmnetx://h///two/slashes", Remote("h", 18923, "two/slashes")),
        ("vmnetx://h/a%2Fb", Remote("h", 18923, "a%2Fb")),
        ("vmnetx://h/token?query#fragment", Remote("h", 18923, "token")),
        ("VMNETX://Host/token", Remote("host", 18923, "token")),
        ("vmnetx+http://h/p.nxpk", WebPackage("http://h/p.nxpk")),
        ("vmnetx+https://h:1/t/p.nxpk?a=b", WebPackage("https://h:1/t/p.nxpk?a=b")),
        ("http://h/p.nxpk", WebPackage("http://h/p.nxpk")),
        ("https://h/p.nxpk", WebPackage("https://h/p.nxpk")),
    ],
)
def test_a_url_stands_for(url, location):
    assert resolve(url) == location


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("ftp://h/p.nxpk", "^ftp: URLs not supported"),
        ("vmnetx+file:///p.nxpk", r"^vmnetx\+file: URLs not supported"),
        ("vmnetx+vmnetx+http://h/p", "not supported"),
        ("javascript:alert(1)", "^javascript: URLs not supported"),
        ("vmnetx://h", "no token"),
        ("vmnetx://h/", "no token"),
        ("vmnetx:///token", "no host"),
        ("vmnetx:token", "no host"),
        ("vmnetx://me@h/token", "user name"),
        ("vmnetx://h/to\x01ken", "not one"),
        ("vmnetx://h/tokén", "not one"),
        ("vmnetx://h/" + "x" * 1025, "not one"),
        ("vmnetx://h:99999/token", "cannot be read"),
        ("vmnetx://[::1/token", "cannot be read"),
        ("https:///p.nxpk", "no host"),
        ("https://me:pass@h/p.nxpk", "behind a password"),
        ("vmnetx+https://me@h/p.nxpk", "behind a password"),
        ("file://other.example/p.nxpk", "only local files"),
        ("file:p.nxpk", "absolute path"),
        ("nowhere.nxpk", "no such file"),
    ],
)
def test_what_cannot_be_opened_is_refused_with_its_reason(url, complaint):
    with pytest.raises(BadLocation, match=complaint):
        resolve(url)


def test_a_path_and_its_file_url_are_the_same_package(tmp_path, monkeypatch):
    path = tmp_path / "a game 100%.nxpk"
    path.write_bytes(b"PK\x03\x04")
    monkeypatch.chdir(tmp_path)
    assert (
        resolve(path.name)
        == resolve(str(path))
        == resolve(path.as_uri())
        == resolve(path.as_uri().replace("file://", "file://localhost"))
        == FilePackage(path)
    )


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("vmnetx://h/token", Remote("h", 18923, "token")),
        ("https://h/p.nxpk", WebPackage("https://h/p.nxpk")),
    ],
)
def test_a_reference_is_followed(tmp_path, url, location):
    path = tmp_path / "game.netx"
    path.write_text(REFERENCE.format(url))
    assert resolve(str(path)) == resolve(path.as_uri()) == location


def test_a_reference_opens_no_file_of_this_computer(tmp_path):
    path = tmp_path / "game.netx"
    path.write_text(REFERENCE.format("file:///etc/passwd"))
    with pytest.raises(BadLocation, match=r"game\.netx: not a reference"):
        resolve(str(path))


def test_secrets_are_not_in_a_location_s_text():
    assert "token" not in repr(resolve("vmnetx://h/token"))
    assert "token" not in repr(resolve("https://h/launch/token/p.nxpk"))
