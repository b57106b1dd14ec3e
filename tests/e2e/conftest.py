"""The whole portal as an operator starts it: `script/server`, all its processes, a data
folder and ports of its own. Started once for all tests of this folder."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil
import pytest
import requests
from playwright.sync_api import sync_playwright

from tests.portal.browsing import CHROMIUM, FLAGS

ROOT = Path(__file__).parents[2]
# Nothing here takes so long on an idle machine; a busy one may be slow.
DEADLINE = 180


def eventually(fact, *, seconds=DEADLINE):
    """Waits until `fact()` is true, and returns what it returned."""
    end = time.monotonic() + seconds
    while not (value := fact()):
        if time.monotonic() > end:
            pytest.fail(f"not within {seconds} s: {fact}")
        time.sleep(0.1)  # polls processes that nothing else announces
    return value


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@dataclass(frozen=True)
class Portal:
    url: str
    data: Path
    environment: dict[str, str]

    def processes(self, word):
        """The portal's own processes whose command line has `word`."""
        found = []
        for process in psutil.process_iter(["cmdline", "environ", "cwd"]):
            line = " ".join(process.info["cmdline"] or [])
            environment = process.info["environ"] or {}
            mine = (
                str(self.data) in line
                or environment.get("OLIVE_DATA") == str(self.data)
                # QEMU is told no path and no variable: it runs in its own folder.
                or str(self.data) in (process.info["cwd"] or "")
            )
            if mine and word in line:
                found.append(process)
        return found

    def machines(self):
        return self.processes("qemu-system")

    def control(self, *words):
        return subprocess.run(
            ["script/control", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        ).stdout

    def pid(self, program):
        """The process that the supervisor runs as `program`, or 0."""
        answer = self.control("pid", program).strip()
        return int(answer) if answer.isdigit() else 0


@contextmanager
def serving(data, environment):
    """`script/server`, and at the end nothing of it."""
    with (data / "server.log").open("w") as log:
        server = subprocess.Popen(
            ["script/server"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    running = Portal(f"http://127.0.0.1:{environment['PORT']}", data, environment)
    try:
        eventually(partial(answers, server, running))
        yield running
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(DEADLINE)
        left = running.processes("")
        for process in left:
            process.kill()
    assert left == [], "script/server left processes behind"


def answers(server, portal):
    assert server.poll() is None, (portal.data / "server.log").read_text()[-4000:]
    try:
        return requests.get(portal.url, timeout=30).ok
    except (requests.ConnectionError, requests.Timeout):
        return False


@pytest.fixture
def folder():
    """pytest's own would be too long a path for a socket, and is closed to nginx."""
    path = Path(tempfile.mkdtemp(prefix="e-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def portal(tmp_path_factory):
    """The portal with its sample collection: built, published and photographed. Tests
    that use it are in the group "portal", so that one worker starts it, once."""
    data = tmp_path_factory.mktemp("portal")
    ports = [str(port) for port in free_ports(4)]
    names = ["PORT", "OLIVE_GATEWAY_PORT", "OLIVE_CONTROL_PORT", "OLIVE_VIEWER_PORT"]
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("OLIVE_")},
        **dict(zip(names, ports, strict=True)),
        "OLIVE_DATA": str(data),
        "OLIVE_ADMIN_PASSWORD": "correct horse battery",
        # One visitor here does what many do elsewhere.
        "OLIVE_LAUNCH_RATE": "1000",
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    with serving(data, environment) as running:

        def is_stocked():
            return "EXITED" in running.control("status", "collections")

        eventually(is_stocked, seconds=900)
        yield running


# Not for the session: Playwright's event loop would stay, and break asyncio's tests.
@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM.exists():
        pytest.skip("needs Debian's chromium; script/test installs it where it may")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser, portal):
    context = browser.new_context(
        base_url=portal.url, viewport={"width": 1280, "height": 900}
    )
    context.set_default_timeout(DEADLINE * 1000)
    yield context.new_page()
    context.close()
