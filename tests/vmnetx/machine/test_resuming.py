from __future__ import annotations

import dataclasses

import pytest

from tests.vmnetx.machine import guests
from vmnetx.errors import BadPackage
from vmnetx.machine import resuming
from vmnetx.machine.options import MachineOptions
from vmnetx.machine.resuming import CannotResume, binding_here, machine_type
from vmnetx.package import binding
from vmnetx.package.domain import render
from vmnetx.package.hardware import Interface, Sound, Video

TCG = MachineOptions()
HERE = binding_here(guests.domain(), TCG)


def libvirts(text):
    """The XML of an image that libvirt saved."""
    return f'<domain type="qemu"><os><type{text}>hvm</type></os></domain>'.encode()


def test_an_image_of_this_very_machine_goes_on_as_the_type_that_it_had():
    xml = binding.describe(render(guests.domain()), HERE)
    assert machine_type(xml, HERE) == HERE.machine
    assert HERE.machine.startswith("pc-i440fx-")
    assert HERE.accelerator == "tcg"


def test_where_the_screen_is_shown_does_not_matter():
    other = MachineOptions(vnc=False, spice=False, run_as=None)
    assert binding_here(guests.domain(), other) == HERE


@pytest.mark.parametrize(
    ("domain", "options"),
    [
        (guests.domain(vcpus=2), TCG),
        (guests.domain(videos=(Video("cirrus"),)), TCG),
        (guests.domain(sounds=(Sound("pcspk"),)), TCG),
        (guests.domain(features=frozenset()), TCG),
        (dataclasses.replace(guests.domain(), memory_bytes=64 * guests.MIB), TCG),
        (
            guests.domain(interfaces=(Interface("02:00:00:00:00:01", "e1000"),)),
            MachineOptions(network="user"),
        ),
    ],
)
def test_other_hardware_is_another_binding(domain, options):
    plain = dataclasses.replace(HERE, hardware="")
    there = binding_here(domain, options)
    assert there.hardware != HERE.hardware
    assert dataclasses.replace(there, hardware="") == plain


def test_kvm_shows_the_hosts_processor(monkeypatch, tmp_path):
    info = tmp_path / "cpuinfo"
    info.write_text("processor\t: 0\nmodel name\t: Abacus 3000\n")
    monkeypatch.setattr(resuming, "CPU_INFO", info)
    there = binding_here(guests.domain(), MachineOptions(accelerator="kvm"))
    assert there.cpu.endswith(" on Abacus 3000")
    info.unlink()
    there = binding_here(guests.domain(), MachineOptions(accelerator="kvm"))
    assert there.cpu.endswith(" on an unknown processor")


@pytest.mark.parametrize("text", ["", ' machine="pc"', f' machine="{HERE.machine}"'])
def test_libvirts_own_image_is_tried_as_the_machine_that_it_names(text):
    assert machine_type(libvirts(text), HERE) == HERE.machine


def test_libvirts_image_of_kvm_is_not_tried_under_tcg():
    xml = libvirts("").replace(b"qemu", b"kvm")
    with pytest.raises(CannotResume, match="accelerator kvm; here it is tcg"):
        machine_type(xml, HERE)


def test_a_machine_that_qemu_has_dropped_is_named():
    with pytest.raises(CannotResume, match=r"no machine type pc-0\.12"):
        machine_type(libvirts(' machine="pc-0.12"'), HERE)


@pytest.mark.parametrize("text", [' machine="pc,dumpdtb=/x"', ' machine="q35"'])
def test_what_is_no_pc_never_reaches_the_command_line(text):
    with pytest.raises(BadPackage):
        machine_type(libvirts(text), HERE)
