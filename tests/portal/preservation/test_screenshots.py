from __future__ import annotations

import io
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from PIL import Image

from olive_portal.preservation import screenshots, services
from olive_portal.preservation.models import Event
from olive_portal.preservation.screenshots import Patience
from vmnetx.errors import MachineFailed, Unreachable

pytestmark = pytest.mark.django_db
QUICK = Patience(least=0, still=0.02, most=5, poll=0.005)


def png(colour, size=(64, 48)):
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


class Machines(ThreadingHTTPServer):
    """A control API over real HTTP; `screens` are shown in turn, the last for ever."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answers)
        self.screens = []
        self.status = "running"
        self.asked = []


class Answers(BaseHTTPRequestHandler):
    def answer(self, status, body=b"{}"):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(body)
        self.answer(200, b'{"id": "m1"}')

    def do_DELETE(self):
        self.server.asked.append("destroy")
        self.answer(204, b"")

    def do_GET(self):
        if not self.path.endswith("/screenshot"):
            row = {"id": "m1", "status": self.server.status, "detail": "QEMU died"}
            self.answer(200, json.dumps(row).encode())
        elif not self.server.screens:
            self.answer(409, b'{"error": "not running"}')
        else:
            screens = self.server.screens
            self.answer(200, screens.pop(0) if len(screens) > 1 else screens[0])

    def log_message(self, *_):
        pass


@pytest.fixture
def machines(settings):
    with Machines() as server:
        settings.THIN_CLIENT_URL = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def package(make_folder):
    item = services.ingest(path=make_folder())
    services.publish(item=item)
    return item.current_package()


def test_the_screen_that_stays_is_kept(machines, package):
    machines.screens = [png("black"), png("red"), png("blue"), png("green")]
    changed_at = package.item.changed_at
    shot = screenshots.take(package, patience=QUICK)
    with open(shot.file.path, "rb") as file:
        assert file.read() == png("green")
    assert shot.alt == "Screen of Rogue after starting"
    assert (shot.width, shot.height) == (64, 48)
    assert Event.objects.get(kind="execution").package == package
    package.item.refresh_from_db()
    assert package.item.changed_at > changed_at
    asked, gone = machines.asked
    assert (asked["url"], asked["start"]) == (f"file://{package.file.path}", True)
    assert gone == "destroy"


def test_a_game_that_never_stands_still_is_kept_in_the_end(machines, package):
    machines.screens = [png(f"rgb(255,{n % 256},0)") for n in range(400)]
    patience = Patience(least=0, still=10, most=0.2, poll=0.005)
    assert screenshots.take(package, alt="Ships", patience=patience).alt == "Ships"


def test_a_machine_that_fails_is_reported_and_gone(machines, package):
    machines.status = "failed"
    with pytest.raises(MachineFailed, match="QEMU died"):
        screenshots.take(package, patience=QUICK)
    assert machines.asked[-1] == "destroy"
    assert not package.item.media.exists()


def test_a_machine_without_a_screen_is_not_waited_for_for_ever(machines, package):
    with pytest.raises(MachineFailed, match="no screen in time"):
        screenshots.take(package, patience=Patience(0, 0, 0.05, 0.01))
    assert machines.asked[-1] == "destroy"


def test_no_server_is_worth_another_try(settings, package):
    settings.THIN_CLIENT_URL = "http://127.0.0.1:1"
    with pytest.raises(Unreachable):
        screenshots.take(package, patience=QUICK)


def test_a_black_screen_is_not_lit():
    assert not screenshots.is_lit(png("black"))
    assert screenshots.is_lit(png("white"))
