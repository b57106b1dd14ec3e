"""Real QEMU, on packages of a web server: served, and as a file."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from pathlib import Path

import pytest

from tests.vmnetx.cache.conftest import Origin, eventually, nothing_is_filled
from tests.vmnetx.machine import guests
from tests.vmnetx.machine.conftest import PADDING, shows
from tests.vmnetx.package import web
from vmnetx.cache import cached_source as source_module
from vmnetx.cache import chunks
from vmnetx.cache.cache import Cache
from vmnetx.errors import MachineFailed
from vmnetx.machine import folder as folders
from vmnetx.machine import machine as machine_module
from vmnetx.machine import process
from vmnetx.machine.disk import SERVED, DiskSource
from vmnetx.machine.machine import Machine
from vmnetx.machine.options import MachineOptions
from vmnetx.machine.outlet import Outlet

__all__ = ["nothing_is_filled"]

RUN_AS = MachineOptions().run_as
DISK = DiskSource(SERVED, PADDING, guests.DISK_BYTES, "raw")


@pytest.fixture
def origin(package):
    with web.running() as server:
        origin = Origin(server)
        origin.put(package.read_bytes())
        yield origin


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache", 64 * guests.MIB)


@pytest.fixture
def source(cache, origin):
    return cache.open(origin.url())


@pytest.fixture
def outlet(source, folder):
    outlet = Outlet(source, folder, RUN_AS)
    yield outlet
    outlet.close()


@pytest.fixture
async def served(start, outlet):
    machine = await start(source=outlet.disk(DISK))
    await shows(machine, "READY")
    return machine


def fill(source):
    for start in range(0, source.size, guests.MIB):
        source.read(start, guests.MIB)
    source._supply.chunks.mark_whole()


async def test_what_the_guest_reads_is_fetched_and_no_more(served, origin):
    assert 0 < origin.fetched < guests.DISK_BYTES / 2


async def test_no_token_is_where_qemu_is(served, origin, folder):
    places = [Path(f"/proc/{served.pid}/{name}") for name in ("cmdline", "environ")]
    for path in [*places, *folder.glob("*.*"), *folder.glob("run/overlay*")]:
        assert b"SECRET" not in path.read_bytes()


async def test_what_is_whole_is_a_file_and_needs_nobody(start, source, outlet, origin):
    fill(source)
    disk = outlet.disk(DISK)
    assert Path(disk.location) == source.whole_file()
    assert not disk.is_served
    machine = await start(source=disk)
    origin.fail(503)
    outlet.close()
    await shows(machine, "READY")
    await machine.type_text("W")
    await shows(machine, "READY W")


async def test_a_running_machine_keeps_its_package_here(
    start, source, outlet, cache, tmp_path
):
    fill(source)
    machine = await start(source=outlet.disk(DISK))
    outlet.close()
    assert cache._store.clear() == 0
    await machine.stop()
    assert cache._store.clear() >= guests.DISK_BYTES


async def test_a_package_is_let_go_with_its_outlet(outlet, cache, source):
    outlet.disk(DISK)
    assert [kept.is_in_use for kept in cache._store.kept()] == [True]
    outlet.close()
    outlet.close()
    eventually(lambda: not cache._store.kept()[0].is_in_use)


async def test_a_machine_outlives_who_serves_it(served, outlet, folder, cache, origin):
    outlet.close()
    await served.type_text("W")
    heir = Outlet(cache.open(origin.url()), folder, RUN_AS)
    heir.resume()
    try:
        await shows(served, "READY W")
    finally:
        await served.stop()
        heir.close()


async def test_a_guest_gets_errors_while_the_web_server_is_away_and_goes_on(
    served, origin, monkeypatch
):
    monkeypatch.setattr(source_module, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(source_module, "IMPATIENT_SECONDS", 0.0)
    sound = origin._server.reply
    origin.fail(503)
    await served.type_text("W")
    await shows(served, "READY E")
    origin._server.reply = sound
    await served.type_text("on W")
    await shows(served, "READY Eon W")


async def test_a_machine_that_waits_for_its_disk_is_ended_all_the_same(
    served, outlet, monkeypatch
):
    monkeypatch.setattr(machine_module, "QUIT_SECONDS", 0.2)
    monkeypatch.setattr(process, "ENDINGS", ((signal.SIGKILL, 10.0),))
    outlet.close()
    await served.type_text("W")
    async with asyncio.timeout(60):
        await served.stop()
    assert await served.wait_ended() == "stopped"


async def test_a_second_start_gets_the_file_that_is_whole_by_then(
    start, source, outlet
):
    machine = await start(source=outlet.disk(DISK))
    await machine.halt()
    fill(source)
    again = await start(source=outlet.disk(DISK))
    await shows(again, "READY")


async def test_many_machines_fetch_what_one_needs(tmp_path, cache, origin):
    machines, outlets = [], []
    try:
        for number in range(3):
            place = Path(f"/tmp/o-{os.getpid()}-{number}")
            outlets.append(Outlet(cache.open(origin.url()), place, RUN_AS))
            disk = outlets[-1].disk(DISK)
            machine = Machine.start(
                guests.domain(), disk, directory=place, options=MachineOptions()
            )
            machines.append(asyncio.create_task(machine))
        running = await asyncio.gather(*machines)
        for machine in running:
            await shows(machine, "READY")
    finally:
        for machine in await asyncio.gather(*machines, return_exceptions=True):
            await machine.stop()
        for outlet in outlets:
            outlet.close()
    starts = [first for first, _ in origin.ranges]
    assert len(starts) == len(set(starts))


async def test_a_place_that_cannot_be_served_is_told(source, tmp_path):
    (tmp_path / "file").touch()
    outlet = Outlet(source, tmp_path / "file", None)
    with pytest.raises(MachineFailed, match="cannot be served"):
        outlet.disk(DISK)
    with pytest.raises(MachineFailed, match="cannot be served"):
        outlet.resume()
    outlet.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_only_qemus_user_may_ask(folder):
    with folders.listen_for_disk(folder, "nobody"):
        for path in (folder / folders.RUN, folder / folders.DISK):
            assert path.lstat().st_uid != 0
        assert folder.stat().st_uid == 0


def test_a_link_in_the_sockets_place_is_removed_and_not_followed(folder, tmp_path):
    folders.make(folder)
    (folder / folders.DISK).symlink_to(tmp_path / "elsewhere")
    with folders.listen_for_disk(folder, None) as listener:
        assert listener.family is socket.AF_UNIX
        assert (folder / folders.DISK).is_socket()
    assert not (tmp_path / "elsewhere").exists()


def test_the_chunks_are_small_beside_the_disk():
    assert chunks.CHUNK * 16 < guests.DISK_BYTES


def test_another_reader_may_close_without_closing_the_outlet(outlet, source):
    shared = outlet.share()
    before = shared.read(0, 10)
    shared.close()
    assert outlet.share().read(0, 10) == source.read(0, 10) == before
    assert (shared.size, shared.etag) == (source.size, source.etag)
