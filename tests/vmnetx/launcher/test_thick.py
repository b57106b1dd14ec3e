"""Packages that run here: real QEMU, disks in files and behind Range requests."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import threading
from functools import partial

import pytest

from tests.vmnetx.launcher import display as displays
from tests.vmnetx.launcher import stand_in
from tests.vmnetx.launcher.stand_in import BEGIN, UNTIL_THE_END
from tests.vmnetx.launcher.test_thin import Listener
from tests.vmnetx.machine import guests
from tests.vmnetx.machine.conftest import Site, shows
from tests.vmnetx.package.samples import saved_memory
from vmnetx.errors import BadPackage, MachineFailed, Refused, Unreachable
from vmnetx.generate.memory_image import Wish
from vmnetx.generate.moment import Moment
from vmnetx.generate.remembering import remember
from vmnetx.launcher import thick
from vmnetx.launcher.desk import Desk
from vmnetx.launcher.locations import FilePackage, WebPackage
from vmnetx.launcher.viewer import NotInstalled
from vmnetx.machine import aside, restoring
from vmnetx.machine.machine import Machine
from vmnetx.package.archive import write_package
from vmnetx.package.domain import render, template

IN_TIME = 30

pytestmark = pytest.mark.skipif(
    "qemu-system-x86_64" in displays.MISSING, reason="QEMU is not installed"
)


@pytest.fixture
def people():
    return Listener()


@pytest.fixture
def desk(folder, people):
    """`desk.viewer` is a script that a test may write; it closes at once."""
    program = stand_in.viewer(folder, BEGIN)
    directory = folder / "desk"
    directory.mkdir(mode=0o700)
    return Desk(people, directory, str(program))


@pytest.fixture
def package(tmp_path):
    def write(sector=None, *, memory=None, **changes):
        disk = tmp_path / "disk.img"
        disk.write_bytes(guests.image(sector))
        path = tmp_path / "game.nxpk"
        machine = dataclasses.replace(template(), memory_bytes=32 * guests.MIB)
        raw = dataclasses.replace(machine.disk, format="raw")
        machine = dataclasses.replace(machine, disk=raw, **changes)
        xml = render(machine)
        write_package(path, name="A game", domain_xml=xml, disk=disk, memory=memory)
        return path

    return write


@pytest.fixture
def site(package):
    site = Site(package().read_bytes(), 0)
    with site.server:
        thread = threading.Thread(target=site.server.serve_forever, args=(0.01,))
        thread.start()
        yield site
        site.server.shutdown()
        thread.join()


@pytest.fixture
def started(monkeypatch):
    """The machines that were started, to look at."""
    machines = []

    class Seen(Machine):
        @classmethod
        async def start(cls, *args, **kwargs):
            machines.append(await super().start(*args, **kwargs))
            return machines[-1]

    monkeypatch.setattr(thick, "Machine", Seen)
    return machines


@pytest.fixture
def wishes(tmp_path):
    return thick.Wishes(accelerator="tcg", cache=tmp_path / "cache")


def is_alive(machine):
    return os.path.exists(f"/proc/{machine.pid}")


def powering_off():
    code = bytes.fromhex(guests.BEGIN) + bytes.fromhex(guests.POWER_OFF)
    return code.ljust(510, b"\0") + b"\x55\xaa"


async def test_closing_the_viewer_ends_the_machine(
    desk, package, wishes, people, started
):
    await thick.open_here(FilePackage(package()), desk, wishes)
    assert people.lines[-1] == "A game: closed. Its changes are gone."
    assert not is_alive(started[0])
    assert not (desk.directory / "vm/run/overlay.qcow2").exists()


async def test_a_guest_that_shuts_down_ends_it(desk, folder, package, wishes, people):
    (folder / "v.py").write_text(BEGIN + UNTIL_THE_END)
    path = package(powering_off())
    async with asyncio.timeout(IN_TIME):
        await thick.open_here(FilePackage(path), desk, wishes)
    assert people.lines[-1] == "A game: guest shut down. Its changes are gone."


async def test_a_package_on_the_web_is_read_by_ranges(
    desk, folder, site, wishes, started
):
    (folder / "v.py").write_text(BEGIN + UNTIL_THE_END)
    work = asyncio.create_task(thick.open_here(WebPackage(site.url), desk, wishes))
    try:
        async with asyncio.timeout(IN_TIME):
            while not started:
                assert not work.done(), work.result()
                await asyncio.sleep(0.01)
            await shows(started[0], "READY")
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
    assert not is_alive(started[0])
    fetched = sum(last + 1 - first for first, last in site.ranges)
    assert fetched < guests.DISK_BYTES / 2


async def test_a_cancelled_start_leaves_no_machine(desk, package, wishes, started):
    work = asyncio.create_task(thick.open_here(FilePackage(package()), desk, wishes))
    await asyncio.wait([work], timeout=0.2)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    assert not any(is_alive(machine) for machine in started)


async def test_a_viewer_that_cannot_show_is_reported(desk, folder, package, wishes):
    (folder / "v.py").write_text("import sys; print('no display'); sys.exit(5)")
    with pytest.raises(MachineFailed, match="viewer does not show"):
        await thick.open_here(FilePackage(package()), desk, wishes)
    assert desk.notices.lines[-1] == "The viewer ended with 5: no display"


async def test_a_killed_machine_is_a_failure(desk, folder, package, wishes, started):
    (folder / "v.py").write_text(BEGIN + UNTIL_THE_END)
    killing = dataclasses.replace(desk, on_started=lambda: os.kill(started[0].pid, 9))
    with pytest.raises(MachineFailed, match=r"The machine crashed: .*SIGKILL"):
        await thick.open_here(FilePackage(package()), killing, wishes)


async def test_a_machine_too_big_for_this_computer_is_refused(desk, package, wishes):
    most = thick.local_limits(desk.directory)
    path = package(memory_bytes=most.memory_bytes + guests.MIB)
    with pytest.raises(Refused, match="MiB of memory"):
        await thick.open_here(FilePackage(path), desk, wishes)


async def test_a_package_that_is_none_is_refused(desk, tmp_path, wishes):
    path = tmp_path / "game.nxpk"
    path.write_bytes(b"PK\x03\x04 but no more")
    with pytest.raises(BadPackage):
        await thick.open_here(FilePackage(path), desk, wishes)


async def test_a_server_that_says_no_is_reported_without_the_token(desk, site, wishes):
    url = site.url.replace(site.token, "wr0ng-t0k3n")
    with pytest.raises((Unreachable, Refused), match="404") as refusal:
        await thick.open_here(WebPackage(url), desk, wishes)
    assert "t0k3n" not in str(refusal.value)


async def test_without_any_viewer_nothing_is_opened(
    desk, package, wishes, monkeypatch, folder
):
    qemu = folder / "qemu-system-x86_64"
    monkeypatch.setenv("PATH", str(qemu.parent))
    bare = dataclasses.replace(desk, viewer=None)
    with pytest.raises(NotInstalled, match="apt install virt-viewer"):
        await thick.open_here(FilePackage(package()), bare, wishes)


def test_a_machine_gets_no_more_than_this_computer_can_spare(tmp_path):
    limits = thick.local_limits(tmp_path)
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert memory / 2 < limits.memory_bytes < memory
    assert limits.vcpus == os.cpu_count()
    assert limits.overlay_bytes > 0


@pytest.mark.skipif(bool(displays.MISSING), reason=f"without {displays.MISSING}")
async def test_remote_viewer_shows_the_guest(
    desk, package, wishes, started, monkeypatch
):
    with displays.display() as display:
        monkeypatch.setenv("DISPLAY", display.name)
        real = dataclasses.replace(desk, viewer=None)
        work = asyncio.create_task(
            thick.open_here(FilePackage(package()), real, wishes)
        )
        async with asyncio.timeout(IN_TIME):
            while not started:
                assert not work.done(), work.result()
                await asyncio.sleep(0.01)
            await shows(started[0], "READY")
            await display.shows(await started[0].screenshot())
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)


async def test_a_memory_image_is_gone_on_from_with_its_progress(
    desk, package, wishes, people, started, tmp_path
):
    path = tmp_path / "saved.nxpk"
    wish = Wish(Moment("READY", seconds=0), "tcg", "raw")
    await aside.run(partial(remember, package(), path, wish, lambda _: None))
    await thick.open_here(FilePackage(path), desk, wishes)
    assert started[0].was_restored
    assert people.fractions[0] == 0
    assert people.fractions[-1] == "done"
    assert people.lines[-1] == "A game: closed. Its changes are gone."


async def test_an_image_that_cannot_be_used_says_why_and_boots(
    desk, package, wishes, people, started, tmp_path
):
    image = tmp_path / "image"
    image.write_bytes(saved_memory())
    await thick.open_here(FilePackage(package(memory=image)), desk, wishes)
    assert not started[0].was_restored
    reason = "The memory image is of accelerator kvm; here it is tcg"
    assert f"It starts from off: {reason}" in people.lines


async def test_a_restored_screen_that_is_black_is_started_from_off(
    desk, package, wishes, people, started, monkeypatch
):
    """Specification 7.1."""
    (desk.directory.parent / "v.py").write_text(BEGIN + UNTIL_THE_END)

    class Black(thick.Machine):
        @classmethod
        async def start(cls, *args, **kwargs):
            machine = await super().start(*args, **kwargs)
            machine.was_restored = len(started) == 1
            return machine

        async def is_black_after(self, seconds):
            assert seconds == restoring.BLACK_AFTER_SECONDS
            return True

    monkeypatch.setattr(thick, "Machine", Black)
    opening = asyncio.create_task(thick.open_here(FilePackage(package()), desk, wishes))
    async with asyncio.timeout(60):
        while len(started) < 2:  # noqa: ASYNC110 the list tells nobody
            await asyncio.sleep(0.01)
    await started[1].stop()
    await asyncio.wait_for(opening, 60)
    assert not is_alive(started[0])
    assert "It starts from off: the restored screen was black" in people.lines
