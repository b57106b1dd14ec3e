from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vmnetx.package import domain
from vmnetx.package.hardware import (
    Address,
    Clock,
    Controller,
    Cpu,
    CpuFeature,
    Disk,
    Domain,
    Hub,
    Input,
    Interface,
    Memballoon,
    NumaCell,
    Sound,
    Topology,
    Video,
)

UINT = st.integers(0, 2**32 - 1)
POSINT = st.integers(1, 2**32 - 1)
SMALL = st.integers(0, 99)


def words(pattern):
    return st.from_regex(pattern, fullmatch=True)


def some(strategy):
    return st.none() | strategy


def few(strategy):
    return st.lists(strategy, max_size=3).map(tuple)


ADDRESSES = some(
    st.builds(
        Address,
        st.just("pci"),
        domain=st.integers(0, 0xFFFF),
        bus=st.integers(0, 0xFFF),
        slot=st.integers(0, 31),
        function=st.integers(0, 7),
        multifunction=st.booleans(),
    )
    | st.builds(
        Address, st.just("drive"), bus=SMALL, controller=SMALL, target=SMALL, unit=SMALL
    )
    | st.builds(Address, st.just("usb"), bus=SMALL, port=words(r"|[0-9](\.[0-9]){0,3}"))
)
CPUS = st.builds(
    Cpu,
    some(words("[a-z0-9_.+-]{1,9}")),
    some(st.sampled_from(["minimum", "exact", "strict"])),
    some(words("[A-Za-z]{1,9}")),
    some(st.builds(Topology, POSINT, POSINT, POSINT)),
    few(st.builds(CpuFeature, words("[a-z0-9_-]{1,9}"), st.just("require"))),
    few(
        st.builds(
            NumaCell, words(r"[0-9]-[0-9](,\^[0-9])?"), st.integers(4000, 2**64 - 1)
        )
    ),
)
DISKS = st.builds(
    Disk,
    words("(ioemu:)?(fd|hd|sd|vd|xvd|ubd)[a-z]"),
    st.sampled_from(["ide", "fdc", "scsi", "usb", "sata"]),
    st.sampled_from(["raw", "qcow2"]),
    st.booleans(),
    some(POSINT),
    some(words("[A-Za-z0-9_.+-]{1,20}")),
    ADDRESSES,
)
DOMAINS = st.builds(
    Domain,
    name=words("[A-Za-z0-9_.+&:/-]{1,30}"),
    uuid=st.uuids().map(str),
    memory_bytes=st.integers(1, domain.MAX_MEMORY_BYTES),
    disk=DISKS,
    vcpus=st.integers(1, 65535),
    arch=st.sampled_from(["i686", "x86_64"]),
    boot=st.sampled_from(["hd", "fd", "cdrom"]),
    description=some(words("[a-zA-Zäß<>&\"' \n]{1,40}")),
    cpu=some(CPUS),
    clock=st.builds(
        Clock,
        st.sampled_from(["localtime", "utc", "timezone", "variable"]),
        some(words("[A-Za-z/_+-]{1,20}")),
        some(st.integers(-(10**17), 10**17)),
        st.booleans(),
    ),
    features=st.frozensets(st.sampled_from(["pae", "apic", "acpi", "hap"])),
    on_reboot=st.sampled_from(["destroy", "restart"]),
    controllers=few(
        st.builds(
            Controller,
            some(st.sampled_from(["fdc", "ide", "scsi", "sata", "usb"])),
            UINT,
            some(st.sampled_from(["auto", "ehci", "ich9-uhci3"])),
            some(UINT),
            some(UINT),
            some(words("[0-9]{1,2}")),
            ADDRESSES,
        )
    ),
    interfaces=few(
        st.builds(
            Interface,
            some(words("[0-9a-f][02468ace](:[0-9a-f]{2}){5}")),
            words("[a-z0-9_-]{1,12}"),
            ADDRESSES,
        )
    ),
    inputs=few(
        st.builds(
            Input,
            st.sampled_from(["tablet", "mouse"]),
            st.sampled_from(["ps2", "usb"]),
            ADDRESSES,
        )
    ),
    graphics=st.sampled_from([None, "vnc", "spice"]),
    sounds=few(st.builds(Sound, st.sampled_from(["es1370", "ac97"]), ADDRESSES)),
    videos=few(
        st.builds(
            Video,
            st.sampled_from(["vga", "cirrus", "qxl"]),
            some(UINT),
            some(UINT),
            ADDRESSES,
        )
    ),
    serials=st.integers(0, 3),
    parallels=st.integers(0, 3),
    hubs=few(st.builds(Hub, ADDRESSES)),
    memballoon=some(st.builds(Memballoon, st.just("virtio"), ADDRESSES)),
    limit_mouse_rate_hz=some(POSINT),
)


def as_read(machine):
    return domain.parse(domain.render(machine))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(DOMAINS)
def test_every_machine_is_read_back_as_it_was_written(machine):
    # What XML readers make of a line end is theirs to say; none is in a machine.
    assert as_read(machine) == machine


def test_each_template_is_another_machine():
    first, second = domain.template(), domain.template()
    assert first.uuid != second.uuid
    assert first.interfaces[0].mac != second.interfaces[0].mac
    assert re.fullmatch("02(:[0-9a-f]{2}){5}", first.interfaces[0].mac)


def test_the_template_is_the_machine_of_2015():
    """Specification 4.7."""
    machine = as_read(domain.template())
    places = {
        device: device.address.slot
        for device in (
            *machine.interfaces,
            *machine.videos,
            *machine.sounds,
            machine.memballoon,
        )
    }
    assert list(places.values()) == [3, 2, 4, 6]
    assert machine.clock == Clock("localtime", has_rtc_timer=True)
    assert machine.cpu == Cpu("qemu32", match="exact", topology=Topology(1, 1, 1))


def test_no_path_of_any_host_is_written():
    data = domain.render(replace(domain.template(), description="x"))
    assert re.findall(rb'file="([^"]*)"', data) == [b"/disk.img"]
