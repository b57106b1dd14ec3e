"""Domain XML as a package stores it: no name, no path and no port of any host."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping

from lxml import etree

from vmnetx.package import whitelist
from vmnetx.package.hardware import (
    Address,
    Clock,
    Controller,
    Cpu,
    Disk,
    Domain,
    Input,
    Interface,
    Memballoon,
    Sound,
    Topology,
    Video,
)

_METADATA_URI = whitelist.METADATA.strip("{}")
# libvirt wants both; neither is ever opened.
_EMULATOR = "/usr/bin/kvm"
_DISK_PATH = "/disk.img"

_Attributes = Mapping[str, object]


def template() -> Domain:
    """The machine that new packages start from: change it with dataclasses.replace().

    Every call has its own UUID and MAC address. 64-bit guests want arch "x86_64" and
    the processor "kvm64".
    """
    mac = ":".join(f"{byte:02x}" for byte in (2, *secrets.token_bytes(5)))
    return Domain(
        name="machine",
        uuid=str(uuid.uuid4()),
        memory_bytes=512 * 1024**2,
        arch="i686",
        cpu=Cpu("qemu32", match="exact", topology=Topology(1, 1, 1)),
        clock=Clock("localtime", has_rtc_timer=True),
        features=frozenset({"acpi", "apic", "pae"}),
        disk=Disk("hda", "ide", "qcow2", address=Address("drive")),
        controllers=(
            Controller("usb", 0, address=Address("pci", slot=1, function=2)),
            Controller("ide", 0, address=Address("pci", slot=1, function=1)),
        ),
        interfaces=(Interface(mac, "e1000", Address("pci", slot=3)),),
        inputs=(Input("mouse", "ps2"),),
        graphics="spice",
        sounds=(Sound("ac97", Address("pci", slot=4)),),
        videos=(Video("qxl", 65536, 1, Address("pci", slot=2)),),
        memballoon=Memballoon("virtio", Address("pci", slot=6)),
    )


def render(domain: Domain) -> bytes:
    """XML that domain.parse() reads back as the same Domain."""
    root = etree.Element("domain", type="kvm")
    _add(root, "name", text=domain.name)
    _add(root, "uuid", text=domain.uuid)
    if domain.description is not None:
        _add(root, "description", text=domain.description)
    if domain.limit_mouse_rate_hz is not None:
        _add_metadata(root, domain.limit_mouse_rate_hz)
    _add_size(root, domain.memory_bytes)
    _add(root, "vcpu", text=domain.vcpus)
    system = _add(root, "os")
    kind = {"arch": domain.arch, "machine": domain.machine}
    _add(system, "type", kind, text="hvm")
    _add(system, "boot", {"dev": domain.boot})
    features = _add(root, "features")
    for feature in sorted(domain.features):
        _add(features, feature)
    if domain.cpu is not None:
        _add_cpu(root, domain.cpu)
    _add_clock(root, domain.clock)
    for event in ("on_poweroff", "on_reboot", "on_crash"):
        _add(root, event, text=getattr(domain, event))
    _add_devices(root, domain)
    etree.indent(root)
    return etree.tostring(root, encoding="unicode").encode() + b"\n"


def _add(
    parent: etree._Element,
    tag: str,
    attributes: _Attributes | None = None,
    text: object = None,
) -> etree._Element:
    """A new last child. Attributes that are None are left out."""
    element = etree.SubElement(parent, tag)
    for name, value in (attributes or {}).items():
        if value is not None:
            element.set(name, str(value))
    if text is not None:
        element.text = str(text)
    return element


def _add_metadata(root: etree._Element, rate: int) -> None:
    metadata = _add(root, "metadata")
    vmnetx = etree.SubElement(
        metadata, f"{whitelist.METADATA}vmnetx", nsmap={"v": _METADATA_URI}
    )
    _add(vmnetx, f"{whitelist.METADATA}limit_mouse_rate", {"hz": rate})


def _add_size(root: etree._Element, size: int) -> None:
    # In KiB where it is whole: the unit that every libvirt reads.
    count, rest = divmod(size, 1024)
    unit, text = ("KiB", count) if rest == 0 else ("b", size)
    _add(root, "memory", {"unit": unit}, text=text)


def _add_cpu(root: etree._Element, cpu: Cpu) -> None:
    element = _add(root, "cpu", {"match": cpu.match})
    if cpu.model is not None:
        _add(element, "model", text=cpu.model)
    if cpu.vendor is not None:
        _add(element, "vendor", text=cpu.vendor)
    if cpu.topology is not None:
        _add(element, "topology", vars(cpu.topology))
    for feature in cpu.features:
        _add(element, "feature", {"policy": feature.policy, "name": feature.name})
    if cpu.numa:
        numa = _add(element, "numa")
        for cell in cpu.numa:
            _add(numa, "cell", {"cpus": cell.cpus, "memory": cell.memory_kib})


def _add_clock(root: etree._Element, clock: Clock) -> None:
    attributes = {
        "offset": clock.offset,
        "timezone": clock.timezone,
        "adjustment": clock.adjustment_seconds,
    }
    element = _add(root, "clock", attributes)
    if clock.has_rtc_timer:
        _add(element, "timer", {"name": "rtc", "track": "guest"})


def _add_devices(root: etree._Element, domain: Domain) -> None:
    devices = _add(root, "devices")
    _add(devices, "emulator", text=_EMULATOR)
    _add_disk(devices, domain.disk)
    for controller in domain.controllers:
        _add_controller(devices, controller)
    for interface in domain.interfaces:
        _add_interface(devices, interface)
    if domain.graphics is not None:
        _add(devices, "graphics", {"type": domain.graphics, "autoport": "yes"})
    for video in domain.videos:
        _add_video(devices, video)
    _add_simple_devices(devices, domain)


def _add_simple_devices(devices: etree._Element, domain: Domain) -> None:
    """Those that are one element, and perhaps an address."""
    simple = [
        *(("input", {"type": i.type, "bus": i.bus}, i.address) for i in domain.inputs),
        *(("sound", {"model": sound.model}, sound.address) for sound in domain.sounds),
        *[("serial", {"type": "null"}, None)] * domain.serials,
        *[("parallel", {"type": "null"}, None)] * domain.parallels,
        *(("hub", {"type": "usb"}, hub.address) for hub in domain.hubs),
    ]
    if (balloon := domain.memballoon) is not None:
        simple.append(("memballoon", {"model": balloon.model}, balloon.address))
    for tag, attributes, address in simple:
        _place(_add(devices, tag, attributes), address)


def _add_disk(devices: etree._Element, disk: Disk) -> None:
    element = _add(devices, "disk", {"type": "file", "device": "disk"})
    _add(element, "driver", {"name": "qemu", "type": disk.format})
    _add(element, "source", {"file": _DISK_PATH})
    _add(element, "target", {"dev": disk.target_dev, "bus": disk.bus})
    if disk.boot_order is not None:
        _add(element, "boot", {"order": disk.boot_order})
    if disk.is_readonly:
        _add(element, "readonly")
    if disk.serial is not None:
        _add(element, "serial", text=disk.serial)
    _place(element, disk.address)


def _add_controller(devices: etree._Element, controller: Controller) -> None:
    attributes = {
        "type": controller.type,
        "index": controller.index,
        "model": controller.model,
        "ports": controller.ports,
        "vectors": controller.vectors,
    }
    element = _add(devices, "controller", attributes)
    if controller.master_startport is not None:
        _add(element, "master", {"startport": controller.master_startport})
    _place(element, controller.address)


def _add_interface(devices: etree._Element, interface: Interface) -> None:
    element = _add(devices, "interface", {"type": "user"})
    if interface.mac is not None:
        _add(element, "mac", {"address": interface.mac})
    _add(element, "model", {"type": interface.model})
    _place(element, interface.address)


def _add_video(devices: etree._Element, video: Video) -> None:
    element = _add(devices, "video")
    attributes = {
        "type": video.model,
        "vram": video.vram_kib,
        "heads": video.heads,
    }
    _add(element, "model", attributes)
    _place(element, video.address)


def _place(device: etree._Element, address: Address | None) -> None:
    if address is None:
        return
    attributes: dict[str, object] = {"type": address.type}
    if address.type == "pci":
        attributes["domain"] = f"0x{address.domain:04x}"
        attributes["bus"] = f"0x{address.bus:02x}"
        attributes["slot"] = f"0x{address.slot:02x}"
        attributes["function"] = f"0x{address.function:x}"
        attributes["multifunction"] = "on" if address.multifunction else None
    elif address.type == "drive":
        for name in ("controller", "bus", "target", "unit"):
            attributes[name] = getattr(address, name)
    else:
        attributes["bus"] = address.bus
        attributes["port"] = address.port or None
    _add(device, "address", attributes)
