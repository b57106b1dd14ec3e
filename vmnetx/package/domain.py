"""Domain XML: the hardware of a package's machine, read from strangers' files."""

from __future__ import annotations

from typing import cast

from lxml import etree

from vmnetx.errors import BadPackage
from vmnetx.package import markup, whitelist
from vmnetx.package.hardware import (
    Address,
    Arch,
    Clock,
    Controller,
    Cpu,
    CpuFeature,
    Disk,
    DiskFormat,
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
from vmnetx.package.storage_form import render, template

__all__ = ["MAX_MEMORY_BYTES", "Disk", "Domain", "parse", "render", "template"]

MAX_MEMORY_BYTES = 1024**4

_POWERS = {letter: power for power, letter in enumerate("bkmgtpe")}


def parse(data: bytes) -> Domain:
    """Raises BadPackage, with the line and what is wrong there."""
    try:
        root = markup.parse(data)
    except markup.Unacceptable as error:
        raise BadPackage(f"Domain XML does not parse: {error}") from error
    try:
        markup.check(root, "domain", whitelist.DOMAIN)
    except markup.Unacceptable as error:
        raise BadPackage(f"Domain XML contains prohibited elements: {error}") from error
    return _domain(root)


def _domain(root: etree._Element) -> Domain:
    devices = _one(root, "devices")
    kind = _one(root, "os/type")
    rate = root.find(f".//{whitelist.METADATA}limit_mouse_rate")
    return Domain(
        name=_text(root, "name") or "",
        uuid=_text(root, "uuid") or "",
        description=_text(root, "description"),
        memory_bytes=_memory_bytes(root),
        vcpus=int(_text(root, "vcpu") or 1),
        arch=cast("Arch", kind.get("arch", "x86_64")),
        machine=kind.get("machine", "pc"),
        boot=_one(root, "os/boot").get("dev", ""),
        cpu=_cpu(root.find("cpu")),
        clock=_clock(root.find("clock")),
        features=frozenset(str(feature.tag) for feature in root.iterfind("features/*")),
        on_reboot=_text(root, "on_reboot") or "restart",
        on_poweroff=_text(root, "on_poweroff") or "destroy",
        on_crash=_text(root, "on_crash") or "destroy",
        disk=_disk(_one(devices, "disk")),
        controllers=tuple(map(_controller, devices.iterfind("controller"))),
        interfaces=tuple(map(_interface, devices.iterfind("interface"))),
        inputs=tuple(map(_input, devices.iterfind("input"))),
        graphics=_attribute(devices, "graphics", "type"),
        sounds=tuple(map(_sound, devices.iterfind("sound"))),
        videos=tuple(map(_video, devices.iterfind("video"))),
        serials=len(devices.findall("serial")),
        parallels=len(devices.findall("parallel")),
        hubs=tuple(Hub(_address(hub)) for hub in devices.iterfind("hub")),
        memballoon=_memballoon(devices.find("memballoon")),
        limit_mouse_rate_hz=None if rate is None else int(rate.get("hz", "")),
    )


def _memory_bytes(root: etree._Element) -> int:
    memory = _one(root, "memory")
    unit = memory.get("unit", "KiB").lower()
    # libvirt's units: "k" and "KiB" are 1024, "KB" is 1000.
    is_decimal = len(unit) == 2 and unit.endswith("b")
    base: int = 1000 if is_decimal else 1024
    size: int = int(memory.text or 0) * base ** _POWERS[unit[0]]
    if not 0 < size <= MAX_MEMORY_BYTES:
        raise BadPackage(
            f"Domain XML line {memory.sourceline}: memory of {size} bytes; "
            f"it must be more than 0 and at most {MAX_MEMORY_BYTES}"
        )
    return size


def _cpu(cpu: etree._Element | None) -> Cpu | None:
    if cpu is None:
        return None
    topology = cpu.find("topology")
    return Cpu(
        model=_text(cpu, "model"),
        match=cpu.get("match"),
        vendor=_text(cpu, "vendor"),
        topology=None
        if topology is None
        else Topology(*(int(topology.get(n, "")) for n in Topology.__match_args__)),
        features=tuple(
            CpuFeature(feature.get("name", ""), feature.get("policy", ""))
            for feature in cpu.iterfind("feature")
        ),
        numa=tuple(
            NumaCell(cell.get("cpus", ""), int(cell.get("memory", "")))
            for cell in cpu.iterfind("numa/cell")
        ),
    )


def _clock(clock: etree._Element | None) -> Clock:
    if clock is None:
        return Clock()
    return Clock(
        offset=clock.get("offset", ""),
        timezone=clock.get("timezone"),
        adjustment_seconds=_number(clock, "adjustment"),
        has_rtc_timer=clock.find("timer") is not None,
    )


def _disk(disk: etree._Element) -> Disk:
    target = _one(disk, "target")
    device = target.get("dev", "")
    boot = disk.find("boot")
    return Disk(
        target_dev=device,
        bus=target.get("bus") or _default_bus(device),
        format=cast("DiskFormat", _one(disk, "driver").get("type")),
        is_readonly=disk.find("readonly") is not None,
        boot_order=None if boot is None else _number(boot, "order"),
        serial=_text(disk, "serial"),
        address=_address(disk),
    )


def _default_bus(device: str) -> str:
    """As libvirt guesses it from the name; a name without a guess is an IDE disk."""
    prefix = device.removeprefix("ioemu:")[:2]
    return {"fd": "fdc", "sd": "scsi"}.get(prefix, "ide")


def _controller(controller: etree._Element) -> Controller:
    return Controller(
        type=controller.get("type"),
        index=int(controller.get("index", "")),
        model=controller.get("model"),
        ports=_number(controller, "ports"),
        vectors=_number(controller, "vectors"),
        master_startport=_attribute(controller, "master", "startport"),
        address=_address(controller),
    )


def _interface(interface: etree._Element) -> Interface:
    return Interface(
        mac=_attribute(interface, "mac", "address"),
        model=_attribute(interface, "model", "type") or Interface.model,
        address=_address(interface),
    )


def _input(device: etree._Element) -> Input:
    kind = device.get("type", "")
    bus = device.get("bus") or ("usb" if kind == "tablet" else "ps2")
    return Input(kind, bus, _address(device))


def _sound(sound: etree._Element) -> Sound:
    return Sound(sound.get("model", ""), _address(sound))


def _video(video: etree._Element) -> Video:
    model = video.find("model")
    if model is None:
        return Video(address=_address(video))
    return Video(
        model=model.get("type", ""),
        vram_kib=_number(model, "vram"),
        heads=_number(model, "heads"),
        address=_address(video),
    )


def _memballoon(balloon: etree._Element | None) -> Memballoon | None:
    if balloon is None:
        return None
    return Memballoon(balloon.get("model", ""), _address(balloon))


def _address(device: etree._Element) -> Address | None:
    address = device.find("address")
    if address is None:
        return None
    numbers = ("domain", "bus", "slot", "function", "controller", "target", "unit")
    return Address(
        type=address.get("type", ""),
        multifunction=address.get("multifunction") == "on",
        port=address.get("port", ""),
        **{name: _bus_number(address.get(name, "0")) for name in numbers},
    )


def _bus_number(text: str) -> int:
    """With 0x or a letter it is hexadecimal, otherwise decimal."""
    return int(text) if text.isdecimal() else int(text, 16)


def _one(element: etree._Element, path: str) -> etree._Element:
    """A child that the whitelist has seen."""
    return cast("etree._Element", element.find(path))


def _text(element: etree._Element, path: str) -> str | None:
    return element.findtext(path)


def _attribute(element: etree._Element, path: str, name: str) -> str | None:
    child = element.find(path)
    return None if child is None else child.get(name)


def _number(element: etree._Element, name: str) -> int | None:
    text = element.get(name)
    return None if text is None else int(text)
