from __future__ import annotations

import dataclasses

import pytest

from vmnetx.errors import BadPackage
from vmnetx.package import binding, domain, memory
from vmnetx.package.archive import Member
from vmnetx.package.binding import MemoryBinding
from vmnetx.package.memory import Area, SaveHeader
from vmnetx.package.source import LocalFile

BOUND = MemoryBinding("7.2.22 (Debian)", "pc-i440fx-7.2", "tcg", "qemu64", "abc")
XML = domain.render(domain.template())


def image(area):
    header = memory.roomy(SaveHeader(0, True, "raw"), area)
    return memory.render(header, area) + b"stream"


def test_a_binding_is_read_back_from_an_image(tmp_path):
    path = tmp_path / "game.nxpk"
    data = image(Area(binding.describe(XML, BOUND)))
    path.write_bytes(b"before" + data)
    source = LocalFile(path)
    header, area = binding.read_head(source, Member("memory.img", 6, len(data)))
    source.close()
    assert header.compression == "raw"
    assert binding.find(area.xml) == BOUND


def test_the_domain_is_still_one_that_libvirt_reads():
    described = binding.describe(XML, BOUND)
    assert described.startswith(b"<domain type=")
    assert b"<name>" in described


def test_libvirts_own_images_have_none():
    assert binding.find(XML) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("machine", "pc,dumpdtb=/etc/x"), ("machine", "q35"), ("cpu", "")],
)
def test_a_spoilt_binding_is_refused(name, value):
    spoilt = dataclasses.replace(BOUND, **{name: value})
    with pytest.raises(BadPackage):
        binding.find(binding.describe(XML, spoilt))


def test_xml_with_a_dtd_is_refused():
    with pytest.raises(BadPackage):
        binding.find(b'<!DOCTYPE d [<!ENTITY a "b">]><domain>&a;</domain>')


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"accelerator": "kvm"}, "accelerator"),
        ({"cpu": "qemu32"}, "cpu"),
        ({"hardware": "def"}, "hardware"),
        ({"qemu_version": "8.0.0"}, "QEMU 8.0.0"),
    ],
)
def test_what_differs_is_named(change, word):
    other = dataclasses.replace(BOUND, **change)
    assert word in other.why_not_on(BOUND)
    assert not binding.is_usable(other, BOUND)


def test_a_newer_qemu_goes_on_with_an_older_ones_image():
    here = dataclasses.replace(BOUND, qemu_version="10.0.0", machine="pc-i440fx-10.0")
    assert binding.is_usable(BOUND, here)


@pytest.mark.parametrize("size", [50, memory.HEADER_SIZE, 12288])
def test_an_image_without_a_stream_is_refused(tmp_path, size):
    path = tmp_path / "game.nxpk"
    path.write_bytes(image(Area(XML))[:size])
    source = LocalFile(path)
    with pytest.raises(BadPackage):
        binding.read_head(source, Member("memory.img", 0, size))
    source.close()
