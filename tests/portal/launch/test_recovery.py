"""What is killed during a launch, with a real broker and a real worker with beat."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.portal.launch.conftest import ControlApi

ROOT = Path(__file__).parents[3]
# No session may be stuck for longer.
UNSTUCK_SECONDS = 30


class Portal:
    """The processes that a launch needs, each of which can be killed."""

    def __init__(self, data, api):
        self.data = data
        self.api = api
        kept = {k: v for k, v in os.environ.items() if not k.startswith("OLIVE_")}
        self.environment = kept | {
            "OLIVE_DATA": str(data),
            "OLIVE_THIN_CLIENT_URL": api.url,
            "DJANGO_SETTINGS_MODULE": "olive_portal.settings",
        }
        (data / "run").mkdir()
        (data / "broker").mkdir()
        self.processes = []

    def start(self, *command):
        with (self.data / "log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def start_broker(self):
        return self.start("-m", "deploy.broker")

    def start_worker(self):
        beat = ["--beat", "--schedule", str(self.data / "run/beat")]
        options = ["--queues", "boot,celery", "--concurrency", "1", *beat]
        return self.start("-m", "celery", "--app", "olive_portal", "worker", *options)

    def do(self, word):
        command = [sys.executable, "-m", "tests.portal.launch.launcher", word]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE
        ).stdout.decode()

    def state(self, session):
        with sqlite3.connect(self.data / "portal.sqlite3", timeout=10) as rows:
            query = "SELECT state FROM launch_session WHERE id = ?"
            (found,) = rows.execute(query, [session]).fetchone()
        rows.close()
        return found


def kill(process):
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_for(fact, *, seconds=UNSTUCK_SECONDS):
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, fact
        time.sleep(0.1)  # rows and processes announce nothing


@pytest.fixture
def portal(tmp_path):
    with ControlApi() as api:
        thread = threading.Thread(target=api.serve_forever, args=[0.02])
        thread.start()
        portal = Portal(tmp_path, api)
        portal.do("make-package")
        yield portal
        for process in portal.processes:
            if process.poll() is None:
                kill(process)
        api.shutdown()
        thread.join()


def test_a_boot_survives_its_worker(portal):
    portal.start_broker()
    worker = portal.start_worker()
    portal.api.statuses = ["starting"]
    session = portal.do("alice")
    wait_for(lambda: portal.api.created)
    kill(worker)
    assert portal.state(session) == "booting"

    portal.api.statuses = ["running"]
    portal.start_worker()
    wait_for(lambda: portal.state(session) == "running")
    wait_for(lambda: list(portal.api.instances) == ["M1"])


def test_a_launch_survives_the_broker(portal):
    broker = portal.start_broker()
    portal.start_worker()
    before = portal.do("alice")
    wait_for(lambda: portal.state(before) == "running")
    kill(broker)

    session = portal.do("bob")
    assert portal.state(session) == "queued"
    portal.start_broker()
    wait_for(lambda: portal.state(session) == "running")
    assert portal.state(before) == "running"
