from __future__ import annotations

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.utils import timezone

from olive_portal.catalogue.models import Collection, Item, Package
from olive_portal.launch import tasks
from olive_portal.launch.models import Session, State, Visitor

PNG = b"\x89PNG\r\n\x1a\n of a screen"


@pytest.fixture(scope="session", autouse=True)
def static_folder():
    settings.STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns when it is not there


@pytest.fixture
def make_package(db):
    """A published package of a published item, with `content` for its bytes."""

    def make_package(slug="invaders", content=b"0123456789" * 10, **fields):
        collection, _ = Collection.objects.get_or_create(slug="games", title="Games")
        now = timezone.now()
        item = Item.objects.create(
            slug=slug,
            title=slug.title(),
            collection=collection,
            state="published",
            published_at=now,
        )
        package = Package(
            item=item,
            number=1,
            name=f"{slug.title()} 1.0",
            size=len(content),
            sha256=hashlib.sha256(content + slug.encode()).hexdigest(),
            memory_bytes=64 << 20,
            arch="i686",
            disk_format="raw",
            disk_virtual_size=512,
            state="published",
            published_at=now,
            **fields,
        )
        package.file.save("x.nxpk", ContentFile(content), save=False)
        package.save()
        return package

    return make_package


@pytest.fixture
def package(make_package):
    return make_package()


@pytest.fixture
def make_session(package):
    """A session in any state, as the services and tasks would have left it."""

    def make_session(visitor="alice", state=State.QUEUED, **fields):
        Visitor.objects.get_or_create(pk=visitor)
        now = timezone.now()
        known = {"package": package, "state": state}
        if state == State.RUNNING and fields.get("client") != "thick":
            known |= {
                "instance_id": "ONE",
                "worker_queue": "here.dq2",
                "viewer_url": "ws://127.0.0.1:1/viewer/ONE",
                "viewer_token": "secret",
                "gateway_url": "vmnetx://127.0.0.1/ONE/code",
                "checked_at": now,
                "attempts": 1,
            }
        if state == State.RUNNING:
            known["running_at"] = now
        if state in {State.ENDED, State.FAILED}:
            known |= {"ended_at": now, "token_nonce": "", "reason": "It is over."}
        return Session.objects.create(visitor_id=visitor, **(known | fields))

    return make_session


@pytest.fixture
def make_thick(make_session):
    """A session whose machine runs on the visitor's own computer."""

    def make_thick(visitor="alice", state=State.RUNNING, **fields):
        return make_session(visitor, state, client="thick", **fields)

    return make_thick


@pytest.fixture
def asked(monkeypatch):
    """What was asked of the broker, in order: (task name, arguments, options)."""
    seen = []

    def ask(task, *args, **options):
        seen.append((task.name.rpartition(".")[2], args, options))

    monkeypatch.setattr(tasks, "ask", ask)
    return seen


@pytest.fixture
def as_visitor(client):
    """The client as the browser of that visitor."""

    def as_visitor(name):
        session = client.session
        session["visitor"] = name
        session.save()
        return client

    return as_visitor


class ControlApi(ThreadingHTTPServer):
    """Speaks the control API's documented answers, among them those that a healthy
    thin-client server cannot be brought to give."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answers)
        self.instances = {}
        self.created = []
        self.restarted = []
        # Of a new machine: the statuses that are told, one a look; the last one stays.
        self.statuses = ["running"]
        self.refusal = None  # (status, sentence, headers) instead of a new machine
        self.on_create = lambda: None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def add(self, name, *, user_ident, statuses=("running",)):
        self.instances[name] = {"user_ident": user_ident, "statuses": list(statuses)}

    def row(self, name):
        instance = self.instances[name]
        statuses = instance["statuses"]
        status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
        # A status may bring more of the row along.
        status, more = status if isinstance(status, tuple) else (status, {})
        return more | {
            "id": name,
            "user_ident": instance["user_ident"],
            "status": status,
            "detail": "QEMU said no" if status == "failed" else "",
            "viewer_url": f"ws://127.0.0.1:1/viewer/{name}",
        }


class Answers(BaseHTTPRequestHandler):
    def answer(self, status, body=None, headers=()):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        content = b"" if status == 204 else content
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.endswith("/restart"):
            self.server.restarted.append(self.path.split("/")[2])
            return self.answer(204)
        if self.server.refusal:
            status, sentence, headers = self.server.refusal
            return self.answer(status, {"error": sentence}, headers)
        wanted = json.loads(body)
        name = f"M{len(self.server.created)}"
        self.server.created.append(wanted)
        statuses = self.server.statuses
        self.server.add(name, user_ident=wanted["user_ident"], statuses=statuses)
        self.server.on_create()
        secrets = {
            "url": f"vmnetx://127.0.0.1/{name}/code",
            "viewer_token": f"token of {name}",
        }
        return self.answer(200, self.server.row(name) | secrets)

    def do_GET(self):
        parts = self.path.strip("/").split("/")
        if len(parts) == 1:
            rows = [self.server.row(name) for name in list(self.server.instances)]
            return self.answer(200, {"instances": rows})
        if parts[1] not in self.server.instances:
            return self.answer(404, {"error": "There is no such instance."})
        if parts[-1] == "screenshot":
            return self.answer(200, PNG)
        return self.answer(200, self.server.row(parts[1]))

    def do_DELETE(self):
        gone = self.server.instances.pop(self.path.split("/")[2], None)
        return self.answer(
            204 if gone else 404, {"error": "There is no such instance."}
        )

    def log_message(self, *words):
        pass


@pytest.fixture
def control_api(settings):
    with ControlApi() as api:
        thread = threading.Thread(target=api.serve_forever, args=[0.02])
        thread.start()
        settings.THIN_CLIENT_URL = api.url
        yield api
        api.shutdown()
        thread.join()
