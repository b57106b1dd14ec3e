from __future__ import annotations

import subprocess

import pytest

from tests.vmnetx.package.samples import saved_memory
from vmnetx.errors import BadPackage
from vmnetx.generate import packaging
from vmnetx.generate.packaging import NewMachine
from vmnetx.package import domain
from vmnetx.package.archive import open_package
from vmnetx.package.source import LocalFile

WANTED = NewMachine("my-machine", memory_mib=256, disk_gib=1, arch="x86_64")


@pytest.fixture
def made(tmp_path):
    """A machine's XML, as `create` writes it; its disk is beside it."""
    return packaging.create(WANTED, tmp_path / "machines")


def test_a_new_machine_is_the_template_with_its_own_disk(made):
    machine = packaging.validate(made.read_bytes())
    assert machine.name == "my-machine"
    assert machine.memory_bytes == 256 * 1024**2
    assert (machine.arch, machine.cpu.model) == ("x86_64", "kvm64")
    assert f'file="{made.with_suffix(".qcow")}"' in made.read_text()
    told = subprocess.check_output(["qemu-img", "info", made.with_suffix(".qcow")])
    assert b"file format: qcow2" in told
    assert b"1 GiB" in told


def test_a_machine_that_is_there_is_not_overwritten(made):
    before = made.read_bytes()
    with pytest.raises(FileExistsError):
        packaging.create(WANTED, made.parent)
    assert made.read_bytes() == before


@pytest.mark.parametrize("name", ["", "../x", "a b", "a/b"])
def test_a_name_that_is_no_file_name_is_refused(name, tmp_path):
    with pytest.raises(BadPackage, match="letters, digits"):
        packaging.create(NewMachine(name, 64, 1, "i686"), tmp_path)


@pytest.mark.parametrize("disk_format", ["raw", "qcow2"])
def test_a_package_holds_the_disk_and_no_path_of_this_host(made, tmp_path, disk_format):
    disk = made.with_suffix(".qcow")
    write = ["qemu-io", "-f", "qcow2", "-c", "write -P 7 0 64k", disk]
    subprocess.run(write, check=True, stdout=subprocess.DEVNULL)
    output, said = tmp_path / "out.nxpk", []
    packaging.package(
        made, output, said.append, name="My machine", disk_format=disk_format
    )
    opened = open_package(LocalFile(output))
    assert opened.manifest.name == "My machine"
    assert opened.domain.name == "machine"
    assert opened.domain.uuid != packaging.validate(made.read_bytes()).uuid
    assert opened.domain.disk.format == disk_format
    assert opened.disk_virtual_size == 1024**3
    assert str(tmp_path).encode() not in opened.domain_xml
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["out.nxpk"]
    assert opened.memory is None
    assert "gets no memory image" in said[0]


@pytest.mark.parametrize(
    ("disk_format", "compression"), [("raw", "raw"), ("qcow2", "xz")]
)
def test_libvirts_managed_save_becomes_the_memory_image(
    made, tmp_path, disk_format, compression
):
    """Specification 4.7."""
    saved = made.parent / "save" / f"{made.stem}.save"
    saved.parent.mkdir()
    saved.write_bytes(saved_memory(b"stream", compression="raw"))
    output, said = tmp_path / "out.nxpk", []
    packaging.package(made, output, said.append, name="x", disk_format=disk_format)
    opened = open_package(LocalFile(output))
    assert opened.memory_header.compression == compression
    assert said == [f"Packing the memory image {saved}"]


def test_a_domain_without_its_disk_makes_no_package(made, tmp_path):
    made.with_suffix(".qcow").unlink()
    output, said = tmp_path / "out.nxpk", []
    with pytest.raises(BadPackage, match="is no file"):
        packaging.package(made, output, said.append, name="x", disk_format="raw")
    assert not output.exists()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('autoport="yes"', 'autoport="yes" port="-1"'),
        ("<devices>", '<devices><controller type="pci" index="0" model="pci-root"/>'),
        ('vram="65536"', 'vram="65536" ram="65536"'),
        ('machine="pc"', 'machine="pc-i440fx-7.2"'),
    ],
)
def test_what_newer_libvirt_adds_is_dropped(made, old, new):
    plain = made.read_text()
    newer = plain.replace(old, new).encode()
    assert newer != plain.encode()
    with pytest.raises(BadPackage):
        domain.parse(newer)
    assert packaging.validate(newer) == packaging.validate(plain.encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('autoport="yes"', 'autoport="yes" port="5900"'),
        ("<devices>", '<devices><controller type="pci" index="0" model="pcie-root"/>'),
        ('vram="65536"', 'vram="65536" ram="1"'),
        ('machine="pc"', 'machine="pc-q35-7.2"'),
        ("<devices>", "<devices><hostdev/>"),
    ],
)
def test_what_says_something_else_is_refused(made, old, new):
    with pytest.raises(BadPackage):
        packaging.validate(made.read_text().replace(old, new).encode())


def test_xml_that_does_not_parse_is_a_bad_package():
    with pytest.raises(BadPackage, match="does not parse"):
        packaging.validate(b"<domain")
