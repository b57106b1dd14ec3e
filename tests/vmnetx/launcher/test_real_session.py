"""Real peers from end to end: the launcher and remote-viewer here, and there the whole
server with QEMU, QXL and sound. Nothing stands for anything else."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.vmnetx.launcher import display as displays
from tests.vmnetx.machine import guests
from tests.vmnetx.server.conftest import ServerProcess, eventually, machines
from vmnetx.package.archive import write_package
from vmnetx.package.domain import render, template

pytestmark = pytest.mark.skipif(
    bool(displays.MISSING), reason=f"without {displays.MISSING}"
)
# Servers, QEMU, viewers and X: what takes two seconds alone takes a minute in company.
DEADLINE_SECONDS = 240
CLOSE_BUTTON = (-18, -24)
# Each SPICE channel is a connection of its own; the control connection is one more.
CHANNELS = 4


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packages")
    disk = folder / "disk.img"
    disk.write_bytes(guests.image())
    machine = guests.domain(disk=replace(template().disk, format="raw"))
    assert (machine.videos[0].model, machine.sounds[0].model) == ("qxl", "ac97")
    write_package(
        folder / "echo.nxpk", name="Echo", domain_xml=render(machine), disk=disk
    )
    return folder / "echo.nxpk"


@pytest.fixture(scope="module")
def data():
    path = Path(tempfile.mkdtemp(prefix="r-", dir="/tmp"))
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def server(package, data):
    server = ServerProcess(data, package.parent)
    yield server
    server.ends()


@pytest.fixture
def made(server, package):
    made = server.client.create(package.as_uri(), start=False)
    yield made
    server.client.destroy(made.id)
    # pytest shows it where a test failed; so below.
    sys.stdout.writelines(
        line for line in server.log.splitlines(True) if made.id in line
    )


@pytest.fixture
async def display():
    with displays.display() as display:
        yield display


@pytest.fixture
async def launch(folder, tmp_path):
    settings = tmp_path / "virt-viewer" / "settings"
    settings.parent.mkdir()
    settings.write_text("[virt-viewer]\nask-quit=false\n")
    environment = {
        "XDG_CONFIG_HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path),
        "TMPDIR": str(folder),
    }
    processes = []

    async def launch(display, *arguments):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "vmnetx", "open", *arguments),
            stderr=asyncio.subprocess.PIPE,
            env=os.environ | display.environment | environment,
        )
        processes.append(process)
        return process

    yield launch
    for process in processes:
        if process.returncode is None:
            process.terminate()
        _, said = await process.communicate()
        sys.stdout.write(f"launcher, exit code {process.returncode}: {said.decode()}\n")


async def window_shows_the_guest(server, made, display):
    """Where it is, when it looks as the server's own screenshot of that moment does."""

    def place():
        if server.client.instance(made.id).status != "running":
            return None
        screenshot = server.client.screenshot(made.id)
        return displays.is_lit(screenshot) and display.place_of(screenshot)

    return await asyncio.to_thread(eventually, place)


def channels(server, made):
    return server.log.count(f"event=gateway-viewer instance={made.id}")


def is_gone(server, made):
    return made.id not in {each.id for each in server.client.instances()}


async def test_remote_viewer_shows_a_session_of_a_server_and_closing_it_ends_it(
    server, made, launch, display
):
    process = await launch(display, made.url)
    left, top, width, _ = await window_shows_the_guest(server, made, display)
    assert channels(server, made) >= CHANNELS
    display.click(left + width + CLOSE_BUTTON[0], top + CLOSE_BUTTON[1])
    async with asyncio.timeout(60):
        _, said = await process.communicate()
    assert "its changes are gone" in said.decode()
    assert process.returncode == 0
    await asyncio.to_thread(eventually, lambda: is_gone(server, made))


async def test_a_kept_session_is_found_again_after_the_window_was_closed(
    server, made, launch, display
):
    for _ in range(2):
        process = await launch(display, "--keep", made.url)
        left, top, width, _ = await window_shows_the_guest(server, made, display)
        display.click(left + width + CLOSE_BUTTON[0], top + CLOSE_BUTTON[1])
        async with asyncio.timeout(60):
            await process.communicate()
        assert process.returncode == 0
        assert server.client.instance(made.id).status == "running"


async def test_two_viewers_show_one_session(server, made, launch, display):
    with displays.display() as other:
        await launch(display, "--keep", made.url)
        await window_shows_the_guest(server, made, display)
        await launch(other, "--keep", made.url)
        await window_shows_the_guest(server, made, other)
        await window_shows_the_guest(server, made, display)


@pytest.fixture
def start_server(package, data):
    """On one folder, one after another; nothing of them stays."""
    with contextlib.ExitStack() as started:

        def start(*options):
            server = ServerProcess(data, package.parent, *options)
            started.callback(server.ends, signal.SIGTERM)
            return server

        yield start


async def test_a_session_goes_on_when_its_server_is_killed_and_started_again(
    start_server, package, data, launch, display, unused_tcp_port_factory
):
    """The machine, its token and what is in it stay; only the window blinks."""
    where = ("--data", data / "killed", "--port", unused_tcp_port_factory())
    server = start_server(*where)
    made = server.client.create(package.as_uri(), start=False)
    process = await launch(display, "--keep", made.url)
    await window_shows_the_guest(server, made, display)
    (pid,) = machines(data / "killed")
    server.ends(signal.SIGKILL)

    heir = start_server(*where)
    await asyncio.to_thread(eventually, lambda: channels(heir, made) >= CHANNELS)
    await window_shows_the_guest(heir, made, display)
    assert machines(data / "killed") == [pid]
    assert process.returncode is None
