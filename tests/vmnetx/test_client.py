"""The client against a small HTTP server that says what the test wants: what the real
server answers is tested with it in tests/vmnetx/server."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from vmnetx.client import NEVER, ThinClientServer
from vmnetx.errors import Absent, BadPackage, Full, Refused, Unreachable

ROW = {
    "id": "R2S4P5RVO3I4SBMS",
    "vm_name": "Test VM",
    "user_ident": "alice",
    "status": "running",
    "detail": "",
    "last_seen": "2026-11-22T18:59:35.794750+00:00",
    "viewer_url": "ws://127.0.0.1:18925/viewer/R2S4P5RVO3I4SBMS",
}


class Answering(BaseHTTPRequestHandler):
    def _answer(self):
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        self.server.asked.append((self.command, self.path, body, self.headers))
        status, content, headers = self.server.answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_DELETE = _answer  # noqa: N815  the library's names

    def log_message(self, *arguments):
        pass


@pytest.fixture
def web():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()

    def answers(status, body, **headers):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        server.answer = (status, content, named)

    server.answers = answers
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def client(web):
    with ThinClientServer(f"http://127.0.0.1:{web.server_port}/", "sesame") as client:
        yield client


def test_an_instance_is_asked_for_with_the_key(web, client):
    secrets = {"url": "vmnetx://host/a/b", "viewer_token": "screen"}
    web.answers(200, ROW | secrets)
    made = client.create("http://portal/a.nxpk", user_ident="alice")
    ((method, path, body, headers),) = web.asked
    assert (method, path, headers["X-Secret-Key"]) == ("POST", "/instance", "sesame")
    assert json.loads(body) == {
        "url": "http://portal/a.nxpk",
        "user_ident": "alice",
        "start": True,
        "network": "none",
    }
    assert (made.url, made.viewer_token) == ("vmnetx://host/a/b", "screen")


def test_an_instance_is_read(web, client):
    web.answers(200, ROW)
    instance = client.instance(ROW["id"])
    assert instance.status == "running"
    assert instance.last_seen == datetime(2026, 11, 22, 18, 59, 35, 794750, UTC)
    assert instance.url == ""


def test_secrets_are_not_in_its_text(web, client):
    web.answers(200, ROW | {"viewer_token": "screen", "url": "vmnetx://h/i/code"})
    made = client.create("file:///a.nxpk")
    assert "screen" not in repr(made)
    assert "code" not in repr(made)


def test_all_instances_are_listed(web, client):
    web.answers(200, {"current_time": "", "instances": [ROW, ROW | {"id": "B"}]})
    assert [instance.id for instance in client.instances()] == [ROW["id"], "B"]


def test_what_2015_stored_as_user_becomes_text(web, client):
    web.answers(200, ROW | {"user_ident": {"name": "alice"}, "last_seen": "soon"})
    instance = client.instance("A")
    assert instance.user_ident == "{'name': 'alice'}"
    assert instance.last_seen == NEVER


def test_an_id_cannot_leave_its_place_in_the_path(web, client):
    web.answers(200, ROW)
    client.instance("../health")
    assert web.asked[0][1] == "/instance/..%2Fhealth"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Refused),
        (403, Refused),
        (404, Absent),
        (409, Refused),
        (422, BadPackage),
        (500, Unreachable),
        (502, Unreachable),
        (302, Refused),
    ],
)
def test_each_status_is_its_error_with_the_server_s_words(web, client, status, kind):
    web.answers(status, {"error": "Because."}, Location="http://127.0.0.1:9/")
    with pytest.raises(kind, match=r"^Because\.$") as raised:
        client.instance("A")
    assert type(raised.value) is kind


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7), ("99999", 3600), ("soon", 5), ("-1", 5)]
)
def test_a_full_server_says_when(web, client, header, seconds):
    web.answers(503, {"error": "No room"}, Retry_After=header)
    with pytest.raises(Full) as raised:
        client.create("file:///a.nxpk")
    assert raised.value.retry_after == seconds


def test_an_error_s_words_are_one_bounded_line(web, client):
    web.answers(400, {"error": "a\n\x1b[2J" + "b" * 1000})
    with pytest.raises(Refused) as raised:
        client.instance("A")
    text = str(raised.value)
    assert text.startswith("a [2Jb")
    assert len(text) == 500


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"[" * 100_000, b'{"id": 5}'])
def test_rubbish_is_refused(web, client, body):
    web.answers(200, body)
    with pytest.raises(Refused):
        client.instance("A")


def test_an_endless_answer_is_refused(web, client):
    web.answers(200, b" " * (8 * 1024 * 1024 + 1))
    with pytest.raises(Refused, match="larger than"):
        client.instance("A")


def test_destroying_what_is_gone_is_fine(web, client):
    web.answers(404, {"error": "There is no such instance"})
    client.destroy("A")
    assert web.asked[0][:2] == ("DELETE", "/instance/A")


def test_restart_and_screenshot_are_asked_for(web, client):
    web.answers(204, b"")
    client.restart("A")
    web.answers(200, b"\x89PNG", Content_Type="image/png")
    assert client.screenshot("A") == b"\x89PNG"
    assert [asked[:2] for asked in web.asked] == [
        ("POST", "/instance/A/restart"),
        ("GET", "/instance/A/screenshot"),
    ]


def test_a_server_that_is_not_there_is_unreachable():
    with (
        ThinClientServer("http://127.0.0.1:9", "sesame", timeout=1) as client,
        pytest.raises(Unreachable) as raised,
    ):
        client.instances()
    assert "sesame" not in str(raised.value)


@pytest.mark.parametrize(
    ("told", "progress"),
    [
        (0.43, 0.43),
        (1, 1.0),
        (7, 1.0),
        (-1, 0.0),
        (None, None),
        ("1", None),
        ([], None),
    ],
)
def test_what_becomes_of_the_memory_image_is_told(web, client, told, progress):
    row = ROW | {"memory": "restoring", "memory_detail": "why", "progress": told}
    web.answers(200, row)
    instance = client.instance("x")
    assert (instance.memory, instance.memory_detail) == ("restoring", "why")
    assert instance.progress == progress


@pytest.mark.parametrize("told", ["NaN", "true", "Infinity"])
def test_a_progress_that_is_no_number_is_none(web, client, told):
    row = json.dumps(ROW).replace("}", f', "progress": {told}}}')
    web.answers(200, row.encode())
    assert client.instance("x").progress is None


def test_a_server_without_memory_images_says_nothing_of_them(web, client):
    web.answers(200, ROW)
    instance = client.instance("x")
    assert (instance.memory, instance.memory_detail) == ("none", "")
    assert instance.progress is None
