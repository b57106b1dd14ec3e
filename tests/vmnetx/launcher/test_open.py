"""The command as a click runs it: a process of its own, with real signals."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

import pytest

from tests.vmnetx.launcher import display as displays
from tests.vmnetx.launcher import stand_in
from tests.vmnetx.machine import guests
from tests.vmnetx.machine.conftest import shows
from vmnetx.cache.store import cache_root
from vmnetx.machine.disk import DiskSource
from vmnetx.machine.machine import Machine
from vmnetx.machine.options import MachineOptions
from vmnetx.server.certificate import Certificate
from vmnetx.server.gateway import Gateway

IN_TIME = 30
# In the frame that remote-viewer draws: its window is as wide as the guest's screen.
CLOSE_BUTTON = (-18, -24)


@pytest.fixture
async def run(folder):
    """Starts `python -m vmnetx open` and sees to its end."""
    processes = []

    async def run(*arguments, **environment):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "vmnetx", "open", *arguments),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={
                **{k: v for k, v in os.environ.items() if "DISPLAY" not in k},
                "TMPDIR": str(folder),
                "XDG_CACHE_HOME": str(folder / "cache"),
                **environment,
            },
        )
        processes.append(process)
        return process

    yield run
    for process in processes:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def said(process):
    """What it told the person, when it has ended."""
    async with asyncio.timeout(IN_TIME):
        _, errors = await process.communicate()
    return errors.decode()


@pytest.fixture
async def machine(folder, tmp_path):
    image = tmp_path / "disk.img"
    image.write_bytes(guests.image())
    machine = await Machine.start(
        guests.domain(),
        DiskSource(str(image), 0, guests.DISK_BYTES, "raw"),
        directory=folder / "vm",
        options=MachineOptions(vnc=False),
    )
    await shows(machine, "READY")
    yield machine
    await machine.stop()


@pytest.fixture
def link(server, guest):
    return f"vmnetx://127.0.0.1:{server.port}/{guest.token}"


@pytest.fixture
def viewer(folder):
    """A viewer that connects, says so in a pipe, and stays."""
    os.mkfifo(folder / "ready")
    return stand_in.viewer(
        folder,
        stand_in.BEGIN + 'channel.sendall(b"x")\n'
        "channel.recv(1)\n"
        f"open({str(folder / 'ready')!r}, 'w').close()\n"
        "channel.recv(1)\n",
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_ends_the_session_in_order(
    run, link, guest, spice, viewer, folder, number
):
    process = await run(link, "--viewer", str(viewer))
    await asyncio.to_thread((folder / "ready").read_bytes)
    process.send_signal(number)
    assert "Ended." in await said(process)
    assert process.returncode == 130
    assert guest.was_destroyed.is_set()
    assert not [*folder.glob("vmnetx-*")]


async def test_with_keep_a_signal_leaves_the_session(
    run, link, guest, spice, viewer, folder
):
    process = await run(link, "--keep", "--viewer", str(viewer))
    await asyncio.to_thread((folder / "ready").read_bytes)
    process.terminate()
    await said(process)
    assert process.returncode == 130
    assert not guest.was_destroyed.is_set()


async def test_no_secret_is_on_a_command_line(run, link, spice, viewer, folder, guest):
    process = await run(link, "--viewer", str(viewer))
    await asyncio.to_thread((folder / "ready").read_bytes)
    # The link itself is, as a browser gives it; what the launcher starts has none.
    for pid in await children(process.pid):
        assert guest.token.encode() not in await arguments(pid)
    process.terminate()
    await said(process)


async def children(pid):
    def read():
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return file.read().split()

    found = await asyncio.to_thread(read)
    assert found
    return found


async def arguments(pid):
    def read():
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read()

    return await asyncio.to_thread(read)


@pytest.mark.parametrize(
    ("location", "code", "text"),
    [
        ("ftp://h/p", 2, "vmnetx: ftp: URLs not supported"),
        ("nowhere.nxpk", 2, "vmnetx: nowhere.nxpk: there is no such file"),
        ("{link}-wrong", 1, "vmnetx: Authentication failed"),
        ("vmnetx://127.0.0.1:1/token", 4, "vmnetx: 127.0.0.1, port 1: "),
        ("http://127.0.0.1:1/p.nxpk", 4, "the connection failed"),
    ],
)
async def test_a_failure_is_one_line_and_its_own_exit_code(
    run, link, viewer, location, code, text
):
    process = await run(location.format(link=link), "--viewer", str(viewer))
    errors = await said(process)
    assert text in errors
    assert "Traceback" not in errors
    assert process.returncode == code


async def test_what_is_not_installed_has_its_own_exit_code(run, link):
    process = await run(link, "--viewer", "/absent/viewer")
    assert "/absent/viewer is not installed" in await said(process)
    assert process.returncode == 3


@pytest.fixture
async def secure_link(guest, certificate):
    gateway = Gateway({guest.token.partition("/")[0]: guest}.get)
    files = Certificate(certificate.path, certificate.key)
    port = await gateway.listen("127.0.0.1", 0, files.context)
    yield f"vmnetx://127.0.0.1:{port}/{guest.token}"
    await gateway.close()


async def test_a_session_is_shown_over_tls(
    run, secure_link, guest, spice, viewer, folder, certificate
):
    trusted = {"SSL_CERT_FILE": str(certificate.path)}
    process = await run("--tls", secure_link, "--viewer", str(viewer), **trusted)
    await asyncio.to_thread((folder / "ready").read_bytes)
    assert guest.state == "running"
    process.terminate()
    await said(process)


async def test_a_certificate_that_nobody_trusts_opens_nothing(run, secure_link, guest):
    process = await run("--tls", secure_link, "--viewer", "/bin/true")
    assert "certificate verify failed" in (errors := await said(process))
    assert "Traceback" not in errors
    assert process.returncode == 4
    assert guest.touched == 0


def test_the_cache_is_where_caches_are(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_root() == tmp_path / "vmnetx"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_root() == tmp_path / ".cache/vmnetx"


@pytest.mark.skipif(bool(displays.MISSING), reason=f"without {displays.MISSING}")
async def test_remote_viewer_shows_a_session_until_its_window_is_closed(
    run, link, guest, machine, tmp_path
):
    async def dial_spice():
        return await asyncio.open_unix_connection(machine.spice_socket)

    guest.dial_spice = dial_spice
    # Else it asks whether to close the session, which is a click for the person.
    settings = tmp_path / "virt-viewer" / "settings"
    settings.parent.mkdir()
    settings.write_text("[virt-viewer]\nask-quit=false\n")
    environment = {"XDG_CONFIG_HOME": str(tmp_path)}
    with displays.display() as display:
        process = await run(link, **display.environment | environment)
        left, top, width, _ = await display.shows(await machine.screenshot())
        display.click(left + width + CLOSE_BUTTON[0], top + CLOSE_BUTTON[1])
        assert "its changes are gone" in await said(process)
    assert process.returncode == 0
    assert guest.was_destroyed.is_set()
