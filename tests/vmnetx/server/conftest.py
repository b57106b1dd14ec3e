from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.vmnetx.machine import guests
from vmnetx.cache.cache import Cache
from vmnetx.client import ThinClientServer
from vmnetx.machine.options import MachineOptions
from vmnetx.package.archive import write_package
from vmnetx.package.domain import render, template
from vmnetx.server.allowing import AllowList
from vmnetx.server.instance import Terms
from vmnetx.server.registry import Registry, Room, Wish

KEY = "a-secret-key"
IN_TIME = 60
ROOM = Room(instances=4, memory_bytes=2**40)
ROOT = Path(__file__).parents[3]


@pytest.fixture
def data():
    """pytest's own folder would be too long a path for a socket."""
    path = Path(tempfile.mkdtemp(prefix="s-", dir="/tmp"))
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def packages(tmp_path_factory):
    """A folder with a package of a guest that echoes keys; Q switches it off."""
    folder = tmp_path_factory.mktemp("packages")
    disk = folder / "disk.img"
    disk.write_bytes(guests.image())
    write_package(
        folder / "echo.nxpk",
        name="Echo",
        domain_xml=render(guests.domain(disk=replace(template().disk, format="raw"))),
        disk=disk,
    )
    return folder


@pytest.fixture
def wish(packages):
    return Wish((packages / "echo.nxpk").as_uri(), start=True)


@pytest.fixture
def terms():
    return Terms(MachineOptions(spice=False))


@pytest.fixture
async def make_registry(data, packages, terms):
    """Makes registries of one folder, and sees to the end of all their machines."""
    async with contextlib.AsyncExitStack() as made:

        def make(room=ROOM, terms=terms):
            cache = Cache(data / "cache", 64 * guests.MIB)
            allowed = AllowList(folders=(packages,))
            registry = Registry(data, room, terms, allowed, cache)
            made.push_async_callback(registry.close)
            return registry

        yield make


@pytest.fixture
async def registry(make_registry):
    registry = make_registry()
    await registry.adopt()
    return registry


@pytest.fixture
async def instance(registry, wish):
    """An instance whose machine runs."""
    instance = await registry.create(wish)
    await instance.running_machine(IN_TIME)
    return instance


@pytest.fixture
def cache(data):
    return Cache(data / "cache", 64 * guests.MIB)


async def becomes(instance, status):
    async with asyncio.timeout(IN_TIME):
        while instance.status != status:
            await instance.changed()


class ServerProcess:
    """`python -m vmnetx.server` as a process of its own, on free ports."""

    def __init__(self, data, packages, *options):
        key = data / "key"
        key.write_text(KEY + "\n")
        arguments = [
            *("--data", data, "--secret-key-file", key, "--accel", "tcg"),
            *("--listen", "127.0.0.1", "--allow-files", packages),
            *("--port", "0", "--http-port", "0", "--viewer-port", "0", *options),
        ]
        self.lines = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "vmnetx.server", *map(str, arguments)],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._heard = threading.Condition()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()
        ready = self.says(r"event=ready gateway=(\d+) control=(\d+) viewer=(\d+)")
        self.gateway_port, self.control_port, self.viewer_port = map(
            int, ready.groups()
        )
        self.client = ThinClientServer(f"http://127.0.0.1:{self.control_port}", KEY)

    def _listen(self):
        for line in self.process.stderr:
            with self._heard:
                self.lines.append(line)
                self._heard.notify_all()
        self.process.stderr.close()

    def says(self, pattern):
        def found():
            return re.search(pattern, self.log)

        with self._heard:
            assert self._heard.wait_for(found, IN_TIME), self.log
            return found()

    @property
    def log(self):
        return "".join(self.lines)

    def ends(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        code = self.process.wait(IN_TIME)
        self._thread.join(IN_TIME)
        self.client.close()
        return code


@pytest.fixture
def start_server(data, packages):
    with contextlib.ExitStack() as started:

        def start(*options):
            server = ServerProcess(data, packages, *options)
            started.callback(server.ends, signal.SIGTERM)
            return server

        yield start
    for pid in machines(data):
        os.kill(pid, signal.SIGKILL)


def machines(data):
    """The processes of QEMU that work in this folder."""
    return [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdecimal() and place_of(entry).is_relative_to(data)
    ]


def place_of(process):
    try:
        return (process / "cwd").readlink()
    except OSError:
        return Path("/gone")


def eventually(fact):
    """For what other processes do; they notify nobody here."""
    deadline = time.monotonic() + IN_TIME
    while not (value := fact()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return value
