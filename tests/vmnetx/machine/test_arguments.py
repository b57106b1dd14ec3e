from __future__ import annotations

import dataclasses
import json

import pytest

from tests.vmnetx.machine import guests
from vmnetx.machine.arguments import SANDBOX, Place, command_line
from vmnetx.machine.options import MIB, MachineOptions
from vmnetx.package.hardware import Clock, Cpu, CpuFeature, Sound, Topology

PLACE = Place("5d8a7b1e-0000-4000-8000-000000000000", qmp_descriptor=7)


def line(options=None, place=PLACE, **changes):
    domain = guests.domain(**changes)
    return command_line(domain, options or MachineOptions(), place)


def after(argv, name):
    return [argv[at + 1] for at, word in enumerate(argv) if word == name]


def test_nothing_is_there_that_was_not_asked_for():
    argv = line()
    assert {"-nodefaults", "-no-user-config", "--preconfig"} <= set(argv)
    assert after(argv, "-display") == ["none"]
    assert after(argv, "-sandbox") == [SANDBOX]
    assert after(argv, "-boot") == ["strict=on"]
    assert "-netdev" not in argv


def test_qemu_waits_for_its_monitor():
    """Of two threads that accept at once, one would wait for ever."""
    (chardev,) = after(line(), "-chardev")
    assert chardev == "socket,id=qmp,fd=7,server=on,wait=on"


def test_every_device_is_json():
    for device in after(line(), "-device"):
        assert "driver" in json.loads(device)


def test_no_path_is_on_the_command_line():
    assert not [word for word in line() if word.startswith("/")]


@pytest.mark.parametrize(
    ("cpu", "arch", "wanted"),
    [
        (None, "i686", "qemu32"),
        (None, "x86_64", "qemu64"),
        (Cpu("kvm64"), "x86_64", "kvm64"),
        (
            Cpu("pentium3", features=(CpuFeature("sse", "disable"),)),
            "i686",
            "pentium3,sse=off",
        ),
        (Cpu(features=(CpuFeature("nx", "require"),)), "x86_64", "qemu64,nx=on"),
        (Cpu(features=(CpuFeature("nx", "optional"),)), "x86_64", "qemu64"),
    ],
)
def test_the_processor(cpu, arch, wanted):
    assert after(line(cpu=cpu, arch=arch), "-cpu") == [wanted]


@pytest.mark.parametrize(
    ("topology", "vcpus", "wanted"),
    [
        (None, 2, "cpus=2"),
        (Topology(1, 2, 1), 2, "cpus=2,sockets=1,cores=2,threads=1"),
        (Topology(1, 1, 1), 2, "cpus=2"),
    ],
)
def test_the_number_of_processors(topology, vcpus, wanted):
    argv = line(cpu=Cpu("qemu64", topology=topology), vcpus=vcpus)
    assert after(argv, "-smp") == [wanted]


def test_memory_is_rounded_up_to_whole_mib():
    domain = dataclasses.replace(guests.domain(), memory_bytes=64 * MIB + 1)
    assert after(command_line(domain, MachineOptions(), PLACE), "-m") == ["65M"]


@pytest.mark.parametrize(
    ("offset", "base"),
    [
        ("utc", "utc"),
        ("variable", "utc"),
        ("localtime", "localtime"),
        ("timezone", "localtime"),
    ],
)
def test_the_clock_keeps_its_ticks(offset, base):
    assert after(line(clock=Clock(offset)), "-rtc") == [f"base={base},driftfix=slew"]


def test_acpi_is_off_when_the_domain_lacks_it():
    assert "acpi=off" in after(line(features=frozenset()), "-machine")[0]
    assert "acpi=off" not in after(line(features=frozenset({"acpi"})), "-machine")[0]


@pytest.mark.parametrize(
    ("on_reboot", "action"), [("restart", "reset"), ("destroy", "shutdown")]
)
def test_a_reboot_does_what_the_domain_says(on_reboot, action):
    assert f"reboot={action}" in after(line(on_reboot=on_reboot), "-action")[0]


def test_screens_are_unix_sockets_and_viewers_share_them():
    argv = line()
    vnc = "unix:vnc.sock,share=force-shared,power-control=off"
    assert after(argv, "-vnc") == [vnc]
    assert after(argv, "-spice")[0].startswith("unix=on,addr=spice.sock,")


def test_screens_that_are_not_wanted_are_not_there():
    argv = line(MachineOptions(vnc=False, spice=False))
    assert "-vnc" not in argv
    assert "-spice" not in argv


def test_sound_goes_to_spice_or_nowhere():
    assert after(line(), "-audiodev") == ["spice,id=sound"]
    silent = line(MachineOptions(spice=False))
    assert after(silent, "-audiodev") == ["none,id=sound"]
    assert "-audiodev" not in line(sounds=())


def test_the_speaker_is_on_the_board():
    machine = after(line(sounds=(Sound("pcspk"),)), "-machine")[0]
    assert "pcspk-audiodev=sound" in machine


def test_a_restricted_network_leads_nowhere():
    argv = line(MachineOptions(network="restricted"))
    assert argv[argv.index("-netdev") + 1] == "user,id=net0,restrict=on"


def test_a_network_needs_the_servers_leave():
    argv = line(MachineOptions(network="user"))
    assert after(argv, "-netdev") == ["user,id=net0"]


def test_ports_are_no_more_than_a_pc_has():
    argv = line(serials=99, parallels=1)
    assert after(argv, "-serial") == ["null"] * 4
    assert after(argv, "-parallel") == ["null"]


def test_a_local_disk_is_a_descriptor():
    argv = line(place=dataclasses.replace(PLACE, disk_descriptor=9))
    assert after(argv, "-add-fd") == ["fd=9,set=0"]
    assert "-add-fd" not in line()
