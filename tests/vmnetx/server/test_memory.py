"""A real machine with a memory image, as its instance starts it."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace

import pytest

from tests.vmnetx.machine import guests
from tests.vmnetx.machine.conftest import shows
from tests.vmnetx.package import web
from tests.vmnetx.server.conftest import IN_TIME, machines
from tests.vmnetx.server.test_power import reaches
from vmnetx.generate import remembering
from vmnetx.generate.memory_image import Wish as MemoryWish
from vmnetx.generate.moment import Moment
from vmnetx.launcher.conversation import Conversation, Dial
from vmnetx.machine import restoring, resuming
from vmnetx.machine.disk import DiskSource
from vmnetx.machine.machine import Machine
from vmnetx.machine.options import MachineOptions
from vmnetx.machine.outlet import Outlet
from vmnetx.package import binding, memory
from vmnetx.package.archive import write_package
from vmnetx.package.domain import render, template
from vmnetx.package.memory import Area
from vmnetx.server.opening import Opener
from vmnetx.server.power import Power
from vmnetx.server.registry import Wish, facts_of
from vmnetx.wire.messages import (
    StartupProgress,
    StartupRejectedMemory,
    StartVm,
    VmStarted,
    VmStopped,
)

RESTORED, BOOTED = VmStarted(check_display=True), VmStarted(check_display=False)
STOPPED, REJECTED = VmStopped(), StartupRejectedMemory()
OPTIONS = MachineOptions(spice=False)


@pytest.fixture(scope="module")
def saved(packages, tmp_path_factory):
    """The echoing guest's package, with the memory of a guest that has greeted."""
    path = tmp_path_factory.mktemp("saved") / "saved.nxpk"
    wish = MemoryWish(Moment("READY", seconds=0), "tcg", "raw")
    remembering.remember(packages / "echo.nxpk", path, wish, lambda _: None)
    return path


@pytest.fixture
def make_power(data, cache):
    """Makes the power of an instance of a package's file."""
    made = []

    async def make(path, events, **changes):
        package = await Opener(cache).open(path)
        package.source.close()
        facts = replace(facts_of(Wish("file:"), str(path), package), **changes)
        made.append(Power(facts, data / "m", OPTIONS, events.append))
        return made[-1]

    return make


@pytest.fixture
async def events():
    return []


@pytest.fixture
async def power(saved, make_power, events):
    power = await make_power(saved, events)
    yield power
    await power.end()


def without_progress(events):
    return [event for event in events if not isinstance(event, StartupProgress)]


def fractions(events):
    return [event.fraction for event in events if isinstance(event, StartupProgress)]


async def test_the_first_start_goes_on_from_the_image(power, events):
    assert (power.memory.state, power.memory.progress) == ("none", None)
    power.start()
    await reaches(power, "running")
    assert "READY" in await power.machine.text()
    assert (power.memory.state, power.memory.progress) == ("restored", None)
    assert events[0] == StartupProgress(0.0)
    assert fractions(events) == sorted(fractions(events))
    assert without_progress(events) == [RESTORED]


async def test_progress_is_seen_from_outside_while_it_is_restored(power, monkeypatch):
    seen = []
    tell = power.memory._tell

    def hear(event):
        seen.append((power.state, power.memory.state, power.memory.progress))
        tell(event)

    power.memory._tell = hear
    power.start()
    await reaches(power, "running")
    assert seen[0] == ("starting", "restoring", 0.0)
    assert all(each[:2] == ("starting", "restoring") for each in seen)


async def test_a_restart_boots_on_the_disk_as_it_was_left(power, events):
    """Specification 8.3 and 10.5.1."""
    power.start()
    await reaches(power, "running")
    first = power.machine
    power.restart()
    async with asyncio.timeout(IN_TIME):
        while power.machine in (None, first):
            await power.change()
    assert not power.machine.was_restored
    assert power.memory.state == "none"
    await shows(power.machine, "READY")
    assert without_progress(events) == [RESTORED, STOPPED, BOOTED]


async def test_after_a_guest_switched_itself_off_it_boots(power, events):
    power.start()
    await reaches(power, "running")
    await power.machine.type_text("Q")
    await reaches(power, "stopped")
    power.start()
    await reaches(power, "running")
    assert without_progress(events) == [RESTORED, STOPPED, BOOTED]


async def test_an_image_that_is_of_no_use_costs_a_boot_and_says_so(
    saved, make_power, events, tmp_path
):
    data = bytearray(saved.read_bytes())
    at = data.index(b"LibvirtQemudSave")
    start = at + memory.parse_header(data[at:]).body_offset
    data[start : start + 4096] = bytes(4096)
    spoilt = tmp_path / "spoilt.nxpk"
    spoilt.write_bytes(data)
    power = await make_power(spoilt, events)
    power.start()
    await reaches(power, "running")
    assert without_progress(events) == [REJECTED, BOOTED]
    assert fractions(events)[0] == 0
    assert power.memory.state == "rejected"
    assert "memory image" in power.memory.detail
    await shows(power.machine, "READY")
    power.restart()
    await reaches(power, "running")
    await power.end()
    assert events.count(REJECTED) == 1


async def test_a_stop_while_it_is_restored_leaves_nothing(power, events, data):
    power.start()
    async with asyncio.timeout(IN_TIME):
        while not events:  # noqa: ASYNC110 the test's own list tells nobody
            await asyncio.sleep(0)
    power.stop()
    await reaches(power, "stopped")
    assert (machines(data), power.has_failed) == ([], False)
    assert REJECTED not in events
    assert (power.memory.state, power.memory.progress) == ("none", None)


@pytest.fixture
async def black_package(tmp_path, data):
    """A package whose image is of a guest that shows nothing."""
    domain = guests.domain(disk=replace(template().disk, format="raw"))
    disk = tmp_path / "disk.img"
    disk.write_bytes(guests.image(guests.dark()))
    source = DiskSource(str(disk), 0, guests.DISK_BYTES, "raw")
    machine = await Machine.start(
        domain, source, directory=data / "dark", options=OPTIONS
    )
    try:
        await shows(machine, "~")
        here = resuming.binding_here(domain, OPTIONS)
        area = Area(binding.describe(render(domain), here))
        await machine.save(tmp_path / "image", area, "raw", lambda _: None)
    finally:
        await machine.stop()
    path = tmp_path / "dark.nxpk"
    write_package(
        path,
        name="Dark",
        domain_xml=render(domain),
        disk=disk,
        memory=tmp_path / "image",
    )
    return path


async def test_a_restored_screen_that_stays_black_is_booted_over(
    black_package, make_power, events, monkeypatch
):
    """Specification 7.1, for viewers that cannot check it themselves."""
    monkeypatch.setattr(restoring, "BLACK_AFTER_SECONDS", 0.1)
    power = await make_power(black_package, events)
    power.start()
    async with asyncio.timeout(IN_TIME):
        while BOOTED not in events:
            await power.change()
    assert without_progress(events) == [RESTORED, STOPPED, REJECTED, BOOTED]
    assert power.memory.state == "rejected"
    assert "black" in power.memory.detail
    assert not power.machine.was_restored
    await power.end()


async def test_an_image_on_the_web_comes_through_the_hosts_cache(
    saved, cache, data, events
):
    with web.running() as server:
        server.reply = web.serving(saved.read_bytes(), etag='"saved"')
        package = await Opener(cache).open(server.url)
        facts = facts_of(Wish(server.url), server.url, package)
        outlet = Outlet(package.source, data / "m", OPTIONS.run_as)
        power = Power(facts, data / "m", OPTIONS, events.append, outlet)
        with contextlib.closing(outlet):
            power.start()
            await reaches(power, "running")
            assert without_progress(events) == [RESTORED]
            await power.machine.type_text("x")
            await shows(power.machine, "READY x")
            await power.end()


async def test_a_client_of_the_protocol_hears_all_of_it(saved, start_server):
    """Specification 1.5, over a socket."""
    server = start_server("--allow-files", saved.parent)
    made = await asyncio.to_thread(server.client.create, saved.as_uri(), start=False)
    token = made.url.split("/", 3)[3]
    place = Dial("127.0.0.1", server.gateway_port, token)
    conversation, auth_ok = await Conversation.dial(place)
    assert auth_ok.state == "stopped"
    await conversation.say(StartVm())
    heard = []
    async with asyncio.timeout(IN_TIME):
        while RESTORED not in heard:
            heard.append(await conversation.hear())
    await conversation.close()
    assert heard[0] == StartupProgress(0.0)
    assert fractions(heard) == sorted(fractions(heard))
    assert without_progress(heard) == [RESTORED]
    seen = await asyncio.to_thread(server.client.instance, made.id)
    assert (seen.status, seen.memory, seen.progress) == ("running", "restored", None)
