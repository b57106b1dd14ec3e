"""A machine that somebody made with libvirt becomes a package (spec 4.7).

What libvirt has added to its XML since 2015 is dropped where it says nothing; anything
else that the format does not know is refused, on purpose.
"""

from __future__ import annotations

import re
import tempfile
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from lxml import etree

from vmnetx.errors import BadPackage
from vmnetx.generate import managed_save, tools
from vmnetx.generate.memory_image import Say
from vmnetx.package import archive, domain, markup, storage_form
from vmnetx.package.archive import Written
from vmnetx.package.domain import Domain
from vmnetx.package.hardware import Arch, Cpu, DiskFormat

_QEMU_IMG = {"qemu-img": "qemu-utils"}
_NAME = re.compile(r"[A-Za-z0-9_.+-]+")
# What libvirt writes for the machine type that a package calls "pc".
_MACHINE = re.compile(r"pc-i440fx-[0-9.]+|pc-[0-9.]+")
_CONVERT_TIMEOUT = 6 * 3600


@dataclass(frozen=True)
class NewMachine:
    name: str
    memory_mib: int
    disk_gib: int
    arch: Arch


def modernise(xml: bytes) -> bytes:
    """Without what newer versions of libvirt add. Raises BadPackage if unreadable."""
    try:
        root = markup.parse(xml)
    except markup.Unacceptable as error:
        raise BadPackage(f"Domain XML does not parse: {error}") from error
    _drop_devices(root)
    for model in root.iterfind("devices/video/model[@ram]"):
        if model.get("ram") == model.get("vram"):
            del model.attrib["ram"]
    for kind in root.iterfind("os/type[@machine]"):
        if _MACHINE.fullmatch(kind.get("machine", "")):
            kind.set("machine", "pc")
    return etree.tostring(root, encoding="utf-8")


def _drop_devices(root: etree._Element) -> None:
    for graphics in root.iterfind("devices/graphics[@port='-1']"):
        del graphics.attrib["port"]
    devices = root.find("devices")
    for bus in root.findall("devices/controller[@type='pci'][@index='0']"):
        if devices is not None and bus.get("model") == "pci-root" and len(bus) == 0:
            devices.remove(bus)


def validate(xml: bytes) -> Domain:
    """Raises BadPackage, with the line and what is wrong there."""
    return domain.parse(modernise(xml))


def package(
    path: Path, output: Path, say: Say, *, name: str, disk_format: DiskFormat
) -> Written:
    """Make a package of the machine that `path` describes, with its disk converted and
    the memory that libvirt saved of it, if it did.

    Raises BadPackage, CannotBuildHere, ToolFailed and OSError; `output` is then as it
    was.
    """
    tools.require(_QEMU_IMG)
    xml = modernise(path.read_bytes())
    machine = domain.parse(xml)
    stored = replace(
        machine,
        name="machine",
        uuid=str(uuid.uuid4()),
        disk=replace(machine.disk, format=disk_format),
    )
    # Beside the output: the converted disk may be too large for /tmp.
    with tempfile.TemporaryDirectory(prefix=".vmnetx-", dir=output.parent) as folder:
        disk = Path(folder, "disk.img")
        compress = ("-c",) if disk_format == "qcow2" else ()
        formats = ("-f", machine.disk.format, "-O", disk_format)
        tools.run(
            ("qemu-img", "convert", *compress, *formats, _disk_path(xml), disk),
            timeout=_CONVERT_TIMEOUT,
        )
        stored_xml = storage_form.render(stored)
        saved = path.parent / "save" / f"{path.stem}.save"
        memory = Path(folder, "memory.img") if saved.is_file() else None
        if memory is None:
            say(f"There is no {saved}: the package gets no memory image")
        else:
            say(f"Packing the memory image {saved}")
            # xz is what clients of 2015 know.
            compression = "raw" if disk_format == "raw" else "xz"
            managed_save.pack(saved, stored_xml, memory, compression)
        return archive.write_package(
            output, name=name, domain_xml=stored_xml, disk=disk, memory=memory
        )


def _disk_path(xml: bytes) -> Path:
    source = markup.parse(xml).find("devices/disk/source")
    path = "" if source is None else source.get("file", "")
    if not Path(path).is_file():
        raise BadPackage(f"The domain's disk {path!r} is no file")
    return Path(path)


def create(wanted: NewMachine, folder: Path) -> Path:
    """Write an empty disk and the domain XML of a machine that has it.

    Returns the XML's path. Raises BadPackage for a bad name, CannotBuildHere,
    ToolFailed, and FileExistsError for a machine that is there already.
    """
    if not _NAME.fullmatch(wanted.name):
        raise BadPackage("A machine's name has letters, digits and _ . + - only")
    tools.require(_QEMU_IMG)
    folder.mkdir(parents=True, exist_ok=True)
    folder = folder.absolute()
    disk, path = folder / f"{wanted.name}.qcow", folder / f"{wanted.name}.xml"
    for each in (disk, path):
        if each.exists():
            raise FileExistsError(f"{each} is there already")
    xml = storage_form.render(_template(wanted))
    root = markup.parse(xml)
    cast("etree._Element", root.find("devices/disk/source")).set("file", str(disk))
    size = f"{wanted.disk_gib}G"
    tools.run(("qemu-img", "create", "-q", "-f", "qcow2", disk, size))
    path.write_bytes(etree.tostring(root, encoding="utf-8") + b"\n")
    return path


def _template(wanted: NewMachine) -> Domain:
    machine = storage_form.template()
    model = "kvm64" if wanted.arch == "x86_64" else "qemu32"
    return replace(
        machine,
        name=wanted.name,
        arch=wanted.arch,
        cpu=replace(machine.cpu or Cpu(), model=model),
        memory_bytes=wanted.memory_mib * 1024**2,
    )
