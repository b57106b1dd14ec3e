from __future__ import annotations

import pytest

from vmnetx.package import reference
from vmnetx.package.reference import BadReference

XMLNS = 'xmlns="http://olivearchive.org/xmlns/vmnetx/reference"'


def netx(url, *, attributes=XMLNS):
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<reference {attributes}>'
    return f"{text}\n  <url>{url}</url>\n</reference>\n".encode()


@pytest.mark.parametrize(
    "url",
    ["http://a.example/x.nxpk", "https://a.example/?a=1", "vmnetx://h.example/ID/CODE"],
)
def test_a_reference_names_its_url(url):
    assert reference.parse(netx(url.replace("&", "&amp;"))) == url


def test_white_space_around_the_url_is_collapsed():
    assert reference.parse(netx("\n  http://a.example/x\t")) == ("http://a.example/x")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "vmnetx+http://a.example/x",
        "HTTP://a.example/x",
        "ftp://a.example/x",
        "http://",
        "",
        "javascript:alert(1)//http://a.example",
    ],
)
def test_other_schemes_are_refused(url):
    with pytest.raises(BadReference, match="it must be a URL of"):
        reference.parse(netx(url))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<reference/>",
        netx("http://a.example/x", attributes=""),
        netx("http://a.example/x", attributes=f'{XMLNS} version="1"'),
        netx("http://a.example/x</url><url>http://b.example/y"),
        netx("http://a.example/<b/>"),
        b"<!DOCTYPE reference>" + netx("http://a.example/x")[39:],
        b'<!DOCTYPE r [<!ENTITY u "http://a.example/">]>'
        + netx("&u;", attributes=XMLNS)[39:],
    ],
)
def test_what_is_no_reference_is_refused(data):
    with pytest.raises(BadReference):
        reference.parse(data)


def test_a_reference_has_a_bounded_size():
    padding = b" " * reference.MAX_BYTES
    with pytest.raises(BadReference, match="65536"):
        reference.parse(netx("http://a.example/x") + padding)


def test_a_file_that_is_called_a_reference_must_be_one(tmp_path):
    path = tmp_path / "game.netx"
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(BadReference):
        reference.read(path)


def test_a_reference_is_known_by_its_content(tmp_path):
    path = tmp_path / "download"
    path.write_bytes(netx("http://a.example/x"))
    assert reference.read(path) == "http://a.example/x"


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04...", b"no xml", b"<html/>", b"x" * 99999]
)
def test_anything_else_is_left_to_be_a_package(tmp_path, data):
    path = tmp_path / "download"
    path.write_bytes(data)
    assert reference.read(path) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/?a=1&b=<2>",
        "https://a.example/ü",
        "vmnetx://h.example/ID/CODE",
    ],
)
def test_what_is_written_is_read_back(url):
    data = reference.render(url)
    assert reference.parse(data) == url
    assert data.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<reference xmlns=')


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "vmnetx+http://a.example/x",
        "HTTP://a.example/",
        "x",
        "http://a\0",
    ],
)
def test_what_is_no_reference_is_not_written(url):
    with pytest.raises(BadReference):
        reference.render(url)
