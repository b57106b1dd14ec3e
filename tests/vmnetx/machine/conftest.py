from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import re
import shutil
import tempfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.vmnetx.machine import guests
from vmnetx.machine import resuming
from vmnetx.machine.disk import DiskSource
from vmnetx.machine.machine import Machine
from vmnetx.machine.options import MachineOptions
from vmnetx.machine.restoring import SavedMemory
from vmnetx.package import binding, memory, memory_file
from vmnetx.package.archive import Member
from vmnetx.package.domain import render
from vmnetx.package.memory import Area
from vmnetx.package.source import LocalFile

PADDING = 12_345
PATIENCE_SECONDS = 60


@pytest.fixture
def folder():
    """pytest's own would be too long a path for a socket."""
    path = Path(tempfile.mkdtemp(prefix="m-", dir="/tmp"))
    yield path / "machine"
    shutil.rmtree(path)


@pytest.fixture
def package(tmp_path):
    """A file with a bootable raw disk somewhere in its middle."""
    path = tmp_path / "game.nxpk"
    path.write_bytes(b"P" * PADDING + guests.image() + b"K" * 777)
    path.chmod(0o600)
    return path


@pytest.fixture
def disk(package):
    return DiskSource(str(package), PADDING, guests.DISK_BYTES, "raw")


@pytest.fixture
async def start(folder, disk):
    """Starts a machine, and sees to its end."""
    async with contextlib.AsyncExitStack() as started:

        async def begin(domain=None, source=disk, *, memory=None, at=folder, **options):
            machine = await Machine.start(
                domain or guests.domain(),
                source,
                directory=at,
                options=MachineOptions(**options),
                memory=memory,
            )
            started.push_async_callback(machine.stop)
            return machine

        yield begin


class Image:
    """A memory image in a file, and what is heard of it while it is restored."""

    def __init__(self, path):
        self.path = path
        self.fractions = []
        self.rejections = []
        self.opened = []

    def open(self):
        self.opened.append(LocalFile(self.path))
        return self.opened[-1]

    @property
    def saved(self):
        return SavedMemory(
            self.open,
            Member("memory.img", 0, self.path.stat().st_size),
            self.fractions.append,
            self.rejections.append,
        )


def area(domain=None, **changes):
    """A header's text that is bound to this host."""
    domain = domain or guests.domain()
    here = resuming.binding_here(domain, MachineOptions(spice=False))
    return Area(binding.describe(render(domain), dataclasses.replace(here, **changes)))


@pytest.fixture(scope="session")
def stream(tmp_path_factory):
    """The memory of a guest that has greeted and read the keys "abc", as QEMU's
    stream: made once, and put behind any header."""
    folder = Path(tempfile.mkdtemp(prefix="m-", dir="/tmp"))
    disk = folder / "disk.img"
    disk.write_bytes(guests.image())

    async def save():
        source = DiskSource(str(disk), 0, guests.DISK_BYTES, "raw")
        options = MachineOptions(spice=False)
        machine = await Machine.start(
            guests.domain(), source, directory=folder / "m", options=options
        )
        try:
            await shows(machine, "READY")
            await machine.type_text("abc")
            await shows(machine, "READY abc")
            heard = []
            await machine.save(folder / "image", area(), "raw", heard.append)
            assert heard == sorted(heard)
            assert heard[-1] == 1
        finally:
            await machine.stop()

    asyncio.run(save())
    data = (folder / "image").read_bytes()
    shutil.rmtree(folder)
    return data[memory.parse_header(data).body_offset :]


@pytest.fixture
def make_image(tmp_path, stream):
    """Makes memory images of that guest."""

    def make(*, header=None, compression="raw", body=None):
        path = tmp_path / f"memory-{len(list(tmp_path.iterdir()))}.img"
        with path.open("xb") as file:
            pieces = [stream if body is None else body]
            memory_file.write(file, header or area(), pieces, compression)
        return Image(path)

    return make


@pytest.fixture
async def machine(start):
    started = await start()
    await shows(started, "READY")
    return started


async def text(machine):
    """What is in the guest's VGA text memory: its first two lines."""
    answer = await machine._monitor.execute(
        "human-monitor-command", {"command-line": "xp /160hx 0xb8000"}
    )
    cells = re.findall(r"0x([0-9a-f]{4})", answer)
    return "".join(chr(int(cell, 16) & 0xFF) for cell in cells)


async def shows(machine, wanted):
    """Waits until the guest's screen says so."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while wanted not in await text(machine):  # noqa: ASYNC110 a guest tells nobody
            await asyncio.sleep(0.01)


class Site:
    """Serves one package by Range requests, for whoever has the token."""

    token = "s3cr3t-t0k3n"

    def __init__(self, content, offset):
        self.offset = offset
        self.ranges = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_HEAD(self):
                self.answer(200, len(content))

            def do_GET(self):
                wanted = re.fullmatch(
                    r"bytes=(\d+)-(\d+)", self.headers.get("Range", "")
                )
                if wanted is None:
                    self.answer(416, 0)
                    return
                first, last = map(int, wanted.groups())
                site.ranges.append((first, last))
                part = content[first : last + 1]
                if self.answer(206, len(part), f"{first}-{last}"):
                    self.wfile.write(part)

            def answer(self, status, length, span=None):
                is_known = self.path == f"/game.nxpk?token={site.token}"
                self.send_response(status if is_known else 404)
                self.send_header("Accept-Ranges", "bytes")
                self.send_header("Content-Length", str(length if is_known else 0))
                if span:
                    self.send_header("Content-Range", f"bytes {span}/{len(content)}")
                self.end_headers()
                return is_known

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = (
            f"http://127.0.0.1:{self.server.server_port}/game.nxpk?token={self.token}"
        )
