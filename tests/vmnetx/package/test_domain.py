from __future__ import annotations

from dataclasses import replace

import pytest

from tests.vmnetx.package.samples import DOMAIN
from vmnetx.errors import BadPackage
from vmnetx.package import domain
from vmnetx.package.hardware import Address, Clock, Disk, Video

MINIMAL = """
<domain type="kvm">
  <name>n</name>
  <uuid>6d4a3c399b6e4f7e8b5e0d9f4a2f1c11</uuid>
  <memory>65536</memory>
  <os><type>hvm</type><boot dev="cdrom"/></os>
  <devices>
    <emulator>/usr/bin/kvm</emulator>
    <disk device="disk">
      <driver type="raw"/><source file="/d"/><target dev="hda"/>
    </disk>
  </devices>
</domain>
"""


def read(old="", new=""):
    assert old in MINIMAL
    return domain.parse(MINIMAL.replace(old, new, 1).encode())


def test_what_is_left_out_is_what_libvirt_took():
    machine = read()
    assert machine.memory_bytes == 64 * 1024**2
    assert (machine.arch, machine.machine, machine.vcpus) == ("x86_64", "pc", 1)
    assert (machine.boot, machine.clock, machine.cpu) == ("cdrom", Clock(), None)
    assert machine.disk == Disk("hda", "ide", "raw")
    assert (machine.network, machine.video, machine.limit_mouse_rate_hz) == (
        "none",
        None,
        None,
    )


@pytest.mark.parametrize(
    ("memory", "size"),
    [
        ("<memory unit='b'>512</memory>", 512),
        ("<memory unit='Bytes'>512</memory>", 512),
        ("<memory unit='k'>2</memory>", 2048),
        ("<memory unit='KB'>2</memory>", 2000),
        ("<memory unit='KiB'>2</memory>", 2048),
        ("<memory unit='mib'>2</memory>", 2 * 1024**2),
        ("<memory unit='MB'>2</memory>", 2 * 1000**2),
        ("<memory unit='G'>2</memory>", 2 * 1024**3),
        ("<memory unit='TiB'>1</memory>", 1024**4),
    ],
)
def test_memory_is_read_in_libvirts_units(memory, size):
    assert read("<memory>65536</memory>", memory).memory_bytes == size


@pytest.mark.parametrize(
    "memory",
    [
        "<memory>0</memory>",
        "<memory unit='TiB'>2</memory>",
        "<memory unit='EiB'>18446744073709551615</memory>",
        "<memory>18446744073709551616</memory>",
        "<memory unit='ki'>1</memory>",
        "<memory>-1</memory>",
        "",
    ],
)
def test_unbelievable_memory_is_refused(memory):
    with pytest.raises(BadPackage, match="memory"):
        read("<memory>65536</memory>", memory)


@pytest.mark.parametrize(
    ("device", "bus"), [("hda", "ide"), ("sda", "scsi"), ("fda", "fdc"), ("vda", "ide")]
)
def test_a_disk_without_a_bus_has_the_one_of_its_name(device, bus):
    assert read('"hda"', f'"{device}"').disk.bus == bus


@pytest.mark.parametrize(
    ("address", "slot"), [("0x1f", 31), ("1f", 31), ("10", 10), ("0x10", 16)]
)
def test_addresses_are_hexadecimal_where_they_say_so(address, slot):
    video = f'<video><model type="vga"/><address type="pci" slot="{address}"/></video>'
    machine = read("</devices>", f"{video}</devices>")
    assert machine.video == Video("vga", address=Address("pci", slot=slot))


@pytest.mark.parametrize("rate", [None, 1, 100, 2**32 - 1])
def test_a_mouse_rate_is_kept_both_ways(rate):
    machine = replace(domain.template(), limit_mouse_rate_hz=rate)
    data = domain.render(machine)
    assert (b"limit_mouse_rate" in data) == (rate is not None)
    assert domain.parse(data).limit_mouse_rate_hz == rate


@pytest.mark.parametrize("prefix", ["v", "whatever"])
def test_the_mouse_rate_of_2015_is_read(prefix):
    uri = "http://olivearchive.org/xmlns/vmnetx/domain-metadata"
    metadata = (
        f'<metadata><{prefix}:vmnetx xmlns:{prefix}="{uri}">'
        f'<{prefix}:limit_mouse_rate hz="60"/></{prefix}:vmnetx></metadata>'
    )
    assert read("<memory>", f"{metadata}<memory>").limit_mouse_rate_hz == 60
    with pytest.raises(BadPackage):
        read("<memory>", f"{metadata}<memory>".replace('"60"', '"0"'))


@pytest.mark.parametrize(
    "old",
    [
        "<name>n</name>",
        "<uuid>6d4a3c399b6e4f7e8b5e0d9f4a2f1c11</uuid>",
        '<boot dev="cdrom"/>',
        "<emulator>/usr/bin/kvm</emulator>",
        '<driver type="raw"/>',
        '<source file="/d"/>',
        '<target dev="hda"/>',
    ],
)
def test_what_a_machine_needs_is_there_exactly_once(old):
    for new in ("", old * 2):
        with pytest.raises(BadPackage, match="must be exactly 1"):
            read(old, new)


def test_the_line_of_a_fault_is_told():
    with pytest.raises(BadPackage, match=r"prohibited elements: line 6: <boot> dev is"):
        read('dev="cdrom"', 'dev="network"')


def test_xml_that_does_not_parse_is_told():
    with pytest.raises(BadPackage, match="Domain XML does not parse"):
        domain.parse(DOMAIN[:-10])
