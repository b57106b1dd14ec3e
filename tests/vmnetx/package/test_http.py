from __future__ import annotations

import socket
import ssl
import subprocess
import time

import pytest

from tests.vmnetx.package.samples import MINIMAL, members, saved_memory, zipped
from tests.vmnetx.package.web import Drip, answer, running, serving
from vmnetx import __version__
from vmnetx.errors import BadPackage, Refused, SourceChanged, Unreachable
from vmnetx.package.archive import open_package
from vmnetx.package.http import READ_AHEAD, HttpSource

SIZE = f"Content-Length: {len(MINIMAL)}"


@pytest.fixture
def server():
    with running() as server:
        yield server


@pytest.fixture
def open_url():
    sources = []

    def open_url(server, timeout=2.0):
        sources.append(HttpSource(server.url, timeout=timeout))
        return sources[-1]

    yield open_url
    for source in sources:
        source.close()


def ranges(server):
    return [
        tuple(map(int, headers["Range"].removeprefix("bytes=").split("-")))
        for method, headers in server.requests
        if method == "GET"
    ]


def test_a_package_opens_over_http(server, open_url):
    server.reply = serving(MINIMAL)
    package = open_package(open_url(server))
    assert package.disk.offset == 685
    assert (package.source.etag, package.source.last_modified) == ('"a"', None)


def test_a_package_with_memory_is_opened_by_one_head_and_four_gets(server, open_url):
    """Specification 5.3."""
    disk = bytes(1024 * 1024)
    xml = open_package_xml()
    memory = saved_memory(stream=bytes(1024 * 1024))
    server.reply = serving(zipped(members(domain_xml=xml, disk=disk, memory=memory)))
    open_package(open_url(server))
    assert [method for method, _ in server.requests] == ["HEAD"] + ["GET"] * 4


def open_package_xml():
    at = MINIMAL.index(b"<domain type")
    return MINIMAL[at : MINIMAL.index(b"</domain>\n") + 10]


def test_the_server_learns_who_asks_and_that_no_coding_is_wanted(server, open_url):
    server.reply = serving(MINIMAL)
    open_url(server).read(0, 1)
    for _, headers in server.requests:
        assert headers["User-Agent"].startswith(f"vmnetx/{__version__} python-requests")
        assert headers["Accept-Encoding"] == "identity"
        assert not {"If-Range", "If-Match", "Authorization"} & headers.keys()


DATA = bytes(range(256)) * 4096
K = 1024


@pytest.mark.parametrize(
    ("reads", "asked"),
    [
        # Elsewhere: what is wanted, and more behind it.
        ([(0, 10)], [(0, 10 + READ_AHEAD - 1)]),
        # Inside of what is there: nothing.
        ([(0, 10), (5, 100)], [(0, 10 + READ_AHEAD - 1)]),
        # From inside over its end: the rest, and more behind it.
        (
            [(0, 10), (READ_AHEAD, 100)],
            [(0, READ_AHEAD + 9), (READ_AHEAD + 10, 2 * READ_AHEAD + 99)],
        ),
        # From before it to inside: the rest, and more before it.
        (
            [(300 * K, 10), (299 * K, 2 * K)],
            [(300 * K, 300 * K + READ_AHEAD + 9), (299 * K - READ_AHEAD, 300 * K - 1)],
        ),
        # To the file's end: more before it.
        ([(1024 * K - 22, 22)], [(1024 * K - 22 - READ_AHEAD, 1024 * K - 1)]),
        # Beyond the file: nothing, and nothing comes.
        ([(1024 * K, 10), (2**63, 10)], []),
    ],
)
def test_reading_ahead_follows_the_format(server, open_url, reads, asked):
    """Specification 5.3."""
    server.reply = serving(DATA)
    source = open_url(server)
    for offset, length in reads:
        assert source.read(offset, length) == DATA[offset : offset + length]
    assert ranges(server) == asked


@pytest.mark.parametrize("etag", ['W/"a"', None])
def test_a_weak_entity_tag_counts_as_none(server, open_url, etag):
    server.reply = serving(MINIMAL, etag=etag)
    source = open_url(server)
    assert source.etag is None
    assert source.read(0, 2) == b"PK"


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (answer(302, "Location: /elsewhere", SIZE), Refused),
        (answer(302, "Location: http://[", "Content-Length: 0"), Refused),
        (answer(302, "Location: /\xff", "Content-Length: 0"), Refused),
        (answer(204, SIZE), Refused),
        (answer(401, SIZE), Refused),
        (answer(403, SIZE), Refused),
        (answer(404, SIZE), Refused),
        (answer(410, SIZE), Refused),
        (answer(408, SIZE), Unreachable),
        (answer(429, SIZE), Unreachable),
        (answer(500, SIZE), Unreachable),
        (answer(503, SIZE), Unreachable),
        (answer(200), Refused),
        (answer(200, "Content-Length: x"), Refused),
        (answer(200, "Content-Length: -1"), Refused),
        (answer(200, "Content-Length: " + "9" * 5000), Refused),
        (answer(200, SIZE, "Content-Length: 3"), Unreachable),
        (answer(200, SIZE, "Content-Encoding: gzip"), Refused),
        (answer(200, SIZE, "no header"), Unreachable),
        (answer(200, SIZE, *["X: y"] * 200), Unreachable),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Unreachable),
        (b"", Unreachable),
    ],
    ids=str,
)
def test_a_wrong_first_answer_is_refused(server, open_url, caplog, reply, error):
    server.reply = lambda method, headers: reply
    with pytest.raises(error) as caught:
        open_url(server)
    assert "SECRET" not in str(caught.value) + caplog.text


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (b"403 VMNetX 0.1 is too old.", "code 403: VMNetX 0.1 is too old."),
        (b"403 Forbidden", "code 403"),
        (b"403", "code 403"),
        (b"403 \x1b[2Jgone", "code 403"),
        (b"403 caf\xe9", "code 403"),
        (b"403 " + b"a" * 301, "code 403"),
    ],
)
def test_what_the_server_says_of_a_refusal_is_shown(server, open_url, line, shown):
    server.reply = lambda *_: b"HTTP/1.1 " + line + b"\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(Refused) as caught:
        open_url(server)
    assert str(caught.value).endswith(shown)


def headers_with(**changes):
    def change(status, headers, body):
        named = {name.replace("_", "-"): value for name, value in changes.items()}
        return status, headers | named, body

    return change


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        (lambda status, headers, body: (200, headers, body), Refused),
        (lambda status, headers, body: (302, headers, body), Refused),
        (lambda status, headers, body: (410, headers, body), Refused),
        (lambda status, headers, body: (503, headers, body), Unreachable),
        (lambda status, headers, body: (416, headers, body), SourceChanged),
        (headers_with(ETag='"b"'), SourceChanged),
        (headers_with(ETag=None), SourceChanged),
        (headers_with(Last_Modified="now"), SourceChanged),
        (headers_with(Content_Range="bytes 0-1406/1408"), SourceChanged),
        (headers_with(Content_Range="bytes 1-1406/1407"), Refused),
        (headers_with(Content_Range="bytes */1407"), Refused),
        (headers_with(Content_Range=None), Refused),
        (headers_with(Content_Encoding="gzip"), Refused),
        (headers_with(Content_Length=None, Connection="close"), Refused),
        (headers_with(Content_Length="1406", Connection="close"), Unreachable),
        (
            lambda s, headers, body: (s, headers | {"Connection": "close"}, body[:-1]),
            Unreachable,
        ),
    ],
)
def test_a_wrong_range_is_refused(server, open_url, changes, error):
    server.reply = serving(MINIMAL, changes=changes)
    with pytest.raises(error) as caught:
        open_url(server).read(0, 10)
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize(
    "reply",
    [
        None,
        Drip(b"HTTP/1.1 200 O"),
        Drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        Drip(b"HTTP/1.1 200 OK\r\n", b"X"),
    ],
    ids=["silent", "status", "continue", "header"],
)
def test_a_header_has_a_deadline(server, open_url, reply):
    server.reply = lambda method, headers: reply
    started = time.monotonic()
    with pytest.raises(Unreachable, match="no answer in time"):
        open_url(server, timeout=0.2)
    assert time.monotonic() - started < 5


def test_a_body_has_a_deadline(server, open_url):
    sound = serving(MINIMAL)

    def reply(method, headers):
        whole = sound(method, headers)
        return whole if method == "HEAD" else Drip(whole.partition(b"PK")[0])

    server.reply = reply
    source = open_url(server, timeout=0.2)
    started = time.monotonic()
    with pytest.raises(Unreachable, match="no answer in time"):
        source.read(0, len(MINIMAL))
    assert time.monotonic() - started < 5


def test_the_body_of_a_redirect_is_not_read(server, open_url):
    server.reply = lambda *_: Drip(answer(302, "Location: /x"), b"x" * 65536)
    started = time.monotonic()
    with pytest.raises(Refused, match="302"):
        open_url(server, timeout=5)
    assert time.monotonic() - started < 5


def test_nobody_there_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(Unreachable, match="the connection failed"):
        HttpSource(f"http://127.0.0.1:{port}/launch/SECRET/x.nxpk")


@pytest.fixture
def tls(server, tmp_path):
    """The server, behind a certificate that nobody signed but itself."""
    options = "-x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=x"
    options += " -addext subjectAltName=IP:127.0.0.1"
    files = ["-keyout", tmp_path / "key", "-out", tmp_path / "certificate"]
    subprocess.run(
        ["openssl", "req", *options.split(), *files], check=True, capture_output=True
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    return server


def test_a_certificate_that_nobody_signed_is_not_trusted(tls):
    with pytest.raises(Unreachable, match="no TLS connection that can be trusted"):
        HttpSource(tls.url.replace("http:", "https:"), timeout=2)


def test_a_trusted_server_is_read_by_tls_and_has_its_deadline(
    tls, tmp_path, monkeypatch
):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "certificate"))
    url = tls.url.replace("http:", "https:")
    tls.reply = serving(MINIMAL)
    source = HttpSource(url, timeout=2)
    assert open_package(source).disk.offset == 685
    source.close()
    tls.reply = lambda *_: Drip(b"HTTP/1.1 200 OK\r\n", b"X")
    with pytest.raises(Unreachable, match="no answer in time"):
        HttpSource(url, timeout=0.2)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "/etc/passwd",
        "http:///x.nxpk",
        "http://[::1/x.nxpk",
        "http://a:99999/x.nxpk",
        "http://user:SECRET@a/x.nxpk",
        "gopher://a/",
        "",
    ],
)
def test_what_is_no_web_address_is_refused(url):
    with pytest.raises(BadPackage, match="address") as caught:
        HttpSource(url)
    assert "SECRET" not in str(caught.value)


def test_an_error_names_the_file_and_hides_the_rest(server, open_url):
    server.reply = lambda *_: answer(404)
    with pytest.raises(Refused, match=r"^http://127\.0\.0\.1:\d+/…/x\.nxpk: Unexp"):
        open_url(server)


def test_closing_twice_is_harmless(server, open_url):
    server.reply = serving(MINIMAL)
    source = open_url(server)
    source.close()
    source.close()
