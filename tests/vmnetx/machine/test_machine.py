from __future__ import annotations

import asyncio
import dataclasses
import io
import json
import os
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from PIL import Image

from tests.vmnetx.machine import guests
from tests.vmnetx.machine.conftest import shows
from vmnetx.errors import MachineFailed, Refused
from vmnetx.machine import binary
from vmnetx.machine.disk import DiskSource
from vmnetx.machine.machine import Machine
from vmnetx.machine.options import Limits, MachineOptions

ROOT = Path(__file__).parents[3]


def picture(png):
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    with Image.open(io.BytesIO(png)) as image:
        return image.convert("L").copy()


def lit(image):
    return sum(image.histogram()[128:])


def is_running(pid):
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def environment_of(pid):
    lines = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")[:-1]
    return {line.split(b"=")[0] for line in lines}


def limits_of(pid, name):
    for line in Path(f"/proc/{pid}/limits").read_text().splitlines():
        if line.startswith(name):
            return line.removeprefix(name).split()[:2]
    raise AssertionError(name)


def status_of(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


@pytest.fixture
def mute_at_first(tmp_path, monkeypatch):
    """A QEMU whose first run neither answers nor ends."""
    binary.has_spice()  # asked of a real one, and remembered
    script = tmp_path / "qemu"
    real = binary.path()
    script.write_text(f"""#!/bin/sh
if mkdir {tmp_path}/was-mute 2>/dev/null; then exec sleep 600; fi
exec {real} "$@"
""")
    script.chmod(0o700)
    monkeypatch.setattr(binary, "path", lambda: str(script))
    monkeypatch.setattr("vmnetx.machine.machine.FIRST_PATIENCE_SECONDS", 0.2)
    return tmp_path / "was-mute"


async def test_a_qemu_that_says_nothing_is_replaced_by_another(mute_at_first, start):
    machine = await start(run_as=None)
    await shows(machine, "READY")
    assert mute_at_first.exists()


async def test_keys_change_the_screen_and_a_screenshot_shows_it(machine):
    before = picture(await machine.screenshot())
    assert lit(before) > 0
    await machine.type_text("Hi!")
    await shows(machine, "READY Hi!")
    await machine.send_keys(["x"])
    await shows(machine, "READY Hi!x")
    assert lit(picture(await machine.screenshot())) > lit(before)


async def test_screenshots_at_once_leave_no_file(machine, folder):
    pictures = await asyncio.gather(*(machine.screenshot() for _ in range(3)))
    assert all(lit(picture(png)) for png in pictures)
    left = {path.name for path in folder.rglob("*")}
    sockets = {"qmp.sock", "vnc.sock", "spice.sock"}
    assert left - sockets == {"machine.json", "qemu.log", "run", "overlay.qcow2"}


async def test_several_viewers_see_the_screen_at_once(machine):
    for _ in range(2):
        reader, writer = await asyncio.open_unix_connection(machine.vnc_socket)
        assert await reader.readexactly(12) == b"RFB 003.008\n"
        writer.close()
        await writer.wait_closed()


async def test_reset_boots_again(machine):
    await machine.type_text("gone")
    await shows(machine, "READY gone")
    await machine.reset()
    await shows(machine, "READY     ")


async def test_the_guest_writes_to_the_overlay_and_never_to_the_package(
    machine, package, folder
):
    before = package.read_bytes()
    await machine.send_keys(["shift", "w"])
    await shows(machine, "READY W")
    assert (folder / "run/overlay.qcow2").stat().st_size > 2 * guests.MIB
    assert package.read_bytes() == before


async def test_a_full_overlay_is_an_error_for_the_guest_alone(start, folder):
    small = Limits(overlay_bytes=guests.MIB)
    machine = await start(limits=small)
    await shows(machine, "READY")
    await machine.type_text("W")
    await shows(machine, "READY E")
    await machine.type_text("on")
    await shows(machine, "READY Eon")
    assert (folder / "run/overlay.qcow2").stat().st_size <= guests.MIB


@pytest.fixture
def qcow2_disk(tmp_path):
    raw, qcow2 = tmp_path / "disk.raw", tmp_path / "disk.qcow2"
    raw.write_bytes(guests.image())
    convert = ["qemu-img", "convert", "-c", "-O", "qcow2", raw, qcow2]
    subprocess.run(convert, check=True)
    package = tmp_path / "packed.nxpk"
    package.write_bytes(b"P" * 100 + qcow2.read_bytes() + b"K")
    return DiskSource(str(package), 100, qcow2.stat().st_size, "qcow2")


async def test_a_qcow2_disk_boots_from_the_middle_of_a_package(start, qcow2_disk):
    await shows(await start(source=qcow2_disk), "READY")


@pytest.mark.parametrize(
    ("target", "bus"), [("sda", "scsi"), ("sdb", "sata"), ("sda", "usb")]
)
async def test_the_disk_boots_from_every_bus(start, target, bus):
    disk = dataclasses.replace(
        guests.domain().disk, target_dev=target, bus=bus, address=None
    )
    await shows(await start(guests.domain(disk=disk)), "READY")


async def test_the_end_of_a_guest_that_shuts_down_is_seen(machine):
    waiting = [asyncio.create_task(machine.wait_ended()) for _ in range(2)]
    await machine.type_text("Q")
    assert await asyncio.gather(*waiting) == ["guest shut down"] * 2


async def test_a_crash_is_seen_with_its_cause(machine):
    os.kill(machine.pid, signal.SIGKILL)
    assert await machine.wait_ended() == "crashed: killed by SIGKILL"
    with pytest.raises(MachineFailed):
        await machine.screenshot()


async def test_stop_leaves_no_process_and_only_the_log(machine, folder):
    await machine.stop()
    await machine.stop()
    assert await machine.wait_ended() == "stopped"
    assert not is_running(machine.pid)
    assert {path.name for path in folder.rglob("*")} == {"qemu.log", "run"}


async def test_a_qemu_that_does_not_answer_is_ended_by_force(machine, monkeypatch):
    monkeypatch.setattr("vmnetx.machine.machine.QUIT_SECONDS", 0.1)
    monkeypatch.setattr(
        "vmnetx.machine.process.ENDINGS",
        ((signal.SIGTERM, 0.1), (signal.SIGKILL, 10.0)),
    )
    os.kill(machine.pid, signal.SIGSTOP)
    await machine.stop()
    assert not is_running(machine.pid)


async def test_a_halted_machine_starts_again_with_what_its_guest_wrote(
    machine, start, folder
):
    await machine.type_text("W")
    await shows(machine, "READY W")
    written = (folder / "run/overlay.qcow2").stat().st_size
    await machine.halt()
    again = await start()
    await shows(again, "READY")
    assert (folder / "run/overlay.qcow2").stat().st_size >= written


async def test_a_start_that_fails_keeps_what_an_earlier_guest_wrote(
    machine, start, folder
):
    await machine.halt()
    before = (folder / "run/overlay.qcow2").read_bytes()
    cpu = dataclasses.replace(guests.domain().cpu, model="abacus")
    with pytest.raises(MachineFailed):
        await start(guests.domain(cpu=cpu))
    assert (folder / "run/overlay.qcow2").read_bytes() == before


OWNER = """
    import asyncio, os, signal, sys
    from pathlib import Path
    from tests.vmnetx.machine import guests
    from vmnetx.machine import starting
    from vmnetx.machine.disk import DiskSource
    from vmnetx.machine.machine import Machine
    from vmnetx.machine.options import MachineOptions

    def die(*_):
        os.kill(os.getpid(), signal.SIGKILL)

    async def main(package, offset, folder, when):
        if when == "before its disks":
            starting.attach = die
        disk = DiskSource(package, int(offset), guests.DISK_BYTES, "raw")
        await Machine.start(
            guests.domain(), disk, directory=Path(folder), options=MachineOptions()
        )
        die()

    asyncio.run(main(*sys.argv[1:]))
"""


def start_and_die(disk, folder, when):
    """A server that starts a machine and gets SIGKILL."""
    argv = [disk.location, str(disk.offset), folder, when]
    code = textwrap.dedent(OWNER)
    result = subprocess.run([sys.executable, "-c", code, *argv], cwd=ROOT, check=False)
    assert result.returncode == -signal.SIGKILL
    return json.loads((folder / "machine.json").read_text())["pid"]


async def test_a_machine_outlives_its_server_and_is_adopted(disk, folder):
    pid = start_and_die(disk, folder, "when it runs")
    assert is_running(pid)
    machine = await Machine.adopt(folder)
    try:
        assert machine.pid == pid
        await shows(machine, "READY")
        await machine.type_text("adopted")
        await shows(machine, "READY adopted")
        assert lit(picture(await machine.screenshot()))
    finally:
        await machine.stop()
    assert await machine.wait_ended() == "stopped"
    assert not is_running(pid)


async def test_a_machine_that_never_ran_is_ended_instead_of_adopted(disk, folder):
    pid = start_and_die(disk, folder, "before its disks")
    assert is_running(pid)
    with pytest.raises(MachineFailed, match="before its guest ran"):
        await Machine.adopt(folder)
    assert not is_running(pid)
    assert {path.name for path in folder.rglob("*")} == {"qemu.log", "run"}


async def test_a_process_that_no_record_names_yet_is_found(disk, folder):
    pid = start_and_die(disk, folder, "when it runs")
    record = json.loads((folder / "machine.json").read_text())
    unknown = record | {"pid": None, "start_ticks": None}
    (folder / "machine.json").write_text(json.dumps(unknown))
    machine = await Machine.adopt(folder)
    assert machine.pid == pid
    await machine.stop()


@pytest.mark.parametrize("change", [{"start_ticks": 1}, {"uuid": "another"}])
async def test_another_process_with_the_same_number_is_left_alone(
    machine, folder, change
):
    record = json.loads((folder / "machine.json").read_text())
    (folder / "machine.json").write_text(json.dumps(record | change))
    with pytest.raises(MachineFailed, match="gone"):
        await Machine.adopt(folder)
    assert is_running(machine.pid)


async def test_qemu_is_sandboxed_limited_and_without_privileges(machine, folder):
    status = status_of(machine.pid)
    assert status["Seccomp"] == "2"
    assert os.getsid(machine.pid) == machine.pid
    most = str(Limits().overlay_bytes)
    assert limits_of(machine.pid, "Max core file size") == ["0", "0"]
    assert limits_of(machine.pid, "Max file size") == [most, most]
    assert os.getpriority(os.PRIO_PROCESS, machine.pid) >= Limits().niceness
    assert os.readlink(f"/proc/{machine.pid}/fd/0") == "/dev/null"
    assert environment_of(machine.pid) == {b"PATH", b"LANG"}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "run").stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run QEMU as another user")
async def test_root_runs_qemu_as_nobody_who_cannot_open_the_package(machine, package):
    assert set(status_of(machine.pid)["Uid"].split()) == {"65534"}
    assert int(status_of(machine.pid)["CapEff"], 16) == 0
    assert stat.S_IMODE(package.stat().st_mode) == 0o600


async def test_too_long_a_path_for_a_socket_is_refused_with_both_numbers(disk, folder):
    directory = folder / ("d" * 100)
    with pytest.raises(Refused, match=r"\d{3} bytes; the system allows 107"):
        await Machine.start(
            guests.domain(), disk, directory=directory, options=MachineOptions()
        )


async def test_a_package_that_is_gone_leaves_nothing(start, folder):
    source = DiskSource("/nowhere/at.nxpk", 0, guests.DISK_BYTES, "raw")
    with pytest.raises(MachineFailed, match=r"at\.nxpk"):
        await start(source=source)
    assert not (folder / "machine.json").exists()


async def test_hardware_that_qemu_refuses_is_reported_in_its_words(start):
    cpu = dataclasses.replace(guests.domain().cpu, model="abacus")
    with pytest.raises(MachineFailed, match=r"QEMU .*abacus"):
        await start(guests.domain(cpu=cpu))


async def test_without_spice_the_machine_starts_all_the_same(start, monkeypatch):
    monkeypatch.setattr("vmnetx.machine.binary.has_spice", lambda: False)
    machine = await start()
    assert machine.spice_socket is None
    await shows(machine, "READY")
