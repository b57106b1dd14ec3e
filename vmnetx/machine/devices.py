"""A Domain's devices, as QEMU's -device takes them. Pure.

Those with a fixed place come first; QEMU then places the others in what is left.
"""

from __future__ import annotations

from collections.abc import Iterator

from vmnetx.errors import BadPackage
from vmnetx.machine.options import MachineOptions
from vmnetx.package.domain import Domain
from vmnetx.package.hardware import (
    Address,
    Controller,
    Disk,
    Input,
    Interface,
    Sound,
    Video,
)

NICS = {
    "e1000": "e1000",
    "e1000e": "e1000e",
    "i82551": "i82551",
    "i82557b": "i82557b",
    "i82559er": "i82559er",
    "ne2k_isa": "ne2k_isa",
    "ne2k_pci": "ne2k_pci",
    "pcnet": "pcnet",
    "rtl8139": "rtl8139",
    "virtio": "virtio-net-pci",
}
USB = {
    None: "piix3-usb-uhci",
    "auto": "piix3-usb-uhci",
    "piix3-uhci": "piix3-usb-uhci",
    "piix4-uhci": "piix4-usb-uhci",
    "ehci": "usb-ehci",
    "ich9-ehci1": "ich9-usb-ehci1",
    "ich9-uhci1": "ich9-usb-uhci1",
    "ich9-uhci2": "ich9-usb-uhci2",
    "ich9-uhci3": "ich9-usb-uhci3",
}
SOUND_CARDS = {"ac97": "AC97", "es1370": "ES1370", "ich6": "intel-hda"}

Device = dict[str, object]


def of(domain: Domain, options: MachineOptions) -> list[Device]:
    """Buses before what is on them. Raises BadPackage for what is not to be had."""
    listed = list(_devices(domain, options))
    return sorted(listed, key=lambda device: (_rank(device), "addr" not in device))


def _rank(device: Device) -> int:
    if "addr" in device or "id" in device:
        return 0 if "masterbus" not in device else 1
    return 3 if device["driver"] != "usb-hub" else 2


def _devices(domain: Domain, options: MachineOptions) -> Iterator[Device]:
    yield from _controllers(domain)
    for number, video in enumerate(domain.videos or (Video(),)):
        yield _video(video, number)
    for number, sound in enumerate(domain.sounds):
        yield from _sound(sound, number)
    for hub in domain.hubs:
        yield {"driver": "usb-hub"} | _place(hub.address)
    for device in domain.inputs:
        yield from _input(device)
    if options.network == "user":
        for number, interface in enumerate(domain.interfaces):
            yield _interface(interface, number)
    if domain.memballoon and domain.memballoon.model == "virtio":
        yield {"driver": "virtio-balloon-pci"} | _place(domain.memballoon.address)
    yield _disk(domain.disk)


def _controllers(domain: Domain) -> Iterator[Device]:
    """IDE and floppy controllers are on the board."""
    missing = {domain.disk.bus} & {"scsi", "sata"}
    if _has_usb(domain):
        missing.add("usb")
    for controller in domain.controllers:
        if controller.type in {"usb", "scsi", "sata"}:
            missing.discard(controller.type)
            yield _controller(controller)
    for kind in sorted(missing):
        yield _controller(Controller(kind, 0))


def _has_usb(domain: Domain) -> bool:
    inputs = any(device.bus == "usb" for device in domain.inputs)
    return inputs or domain.disk.bus == "usb" or bool(domain.hubs)


def _controller(controller: Controller) -> Device:
    place = _place(controller.address)
    if controller.type == "scsi":
        return {"driver": "lsi53c895a", "id": f"scsi{controller.index}"} | place
    if controller.type == "sata":
        return {"driver": "ich9-ahci", "id": f"sata{controller.index}"} | place
    bus = f"usb{controller.index}"
    device: Device = {"driver": USB[controller.model]} | place
    if controller.master_startport is None:
        return device | {"id": bus}
    return device | {
        "masterbus": f"{bus}.0",
        "firstport": int(controller.master_startport),
    }


def _video(video: Video, number: int) -> Device:
    place = _place(video.address)
    if video.model == "qxl":
        device: Device = {"driver": "qxl" if number else "qxl-vga"} | place
        if video.vram_kib:
            device["vram_size"] = _power_of_two(video.vram_kib, 1024, 65536) * 1024
        return device | ({"max_outputs": video.heads} if video.heads else {})
    if number:
        raise BadPackage(f"A second {video.model} video card; only qxl has a second")
    if video.model == "vga":
        memory = _power_of_two((video.vram_kib or 16384) // 1024, 1, 256)
        return {"driver": "VGA", "vgamem_mb": memory} | place
    return {"driver": "cirrus-vga"} | place


def _power_of_two(number: int, least: int, most: int) -> int:
    """The next one up: QEMU takes no other."""
    return min(max(1 << max(number - 1, 0).bit_length(), least), most)


def _sound(sound: Sound, number: int) -> Iterator[Device]:
    if sound.model == "pcspk":  # on the board
        return
    card: Device = {"driver": SOUND_CARDS[sound.model]} | _place(sound.address)
    if sound.model != "ich6":
        yield card | {"audiodev": "sound"}
        return
    yield card | {"id": f"sound{number}"}
    yield {"driver": "hda-duplex", "bus": f"sound{number}.0", "audiodev": "sound"}


def _input(device: Input) -> Iterator[Device]:
    if device.bus == "usb":  # PS/2 is on the board
        yield {"driver": f"usb-{device.type}"} | _place(device.address)


def _interface(interface: Interface, number: int) -> Device:
    if interface.model not in NICS:
        raise BadPackage(f"No network card {interface.model!r}; there are {[*NICS]}")
    device: Device = {"driver": NICS[interface.model], "netdev": f"net{number}"}
    if interface.model != "ne2k_isa":
        # No boot ROM: nothing boots from a network here.
        device |= {"romfile": ""} | _place(interface.address)
    return device | ({"mac": interface.mac} if interface.mac else {})


def _disk(disk: Disk) -> Device:
    number = max("abcdefghijklmnopqrstuvwxyz".find(disk.target_dev[-1]), 0)
    device: Device = {"drive": "disk", "bootindex": 1} | _disk_place(disk, number)
    if disk.bus == "fdc":
        return device
    # A full overlay or a lost network is an error that the guest sees and outlives.
    device |= {"werror": "report", "rerror": "report"}
    return device | ({"serial": disk.serial} if disk.serial else {})


def _disk_place(disk: Disk, number: int) -> Device:
    drive = disk.address or Address("drive", bus=number // 2, unit=number % 2)
    if disk.bus == "ide":
        return {"driver": "ide-hd", "bus": f"ide.{drive.bus}", "unit": drive.unit}
    if disk.bus == "fdc":
        return {"driver": "floppy", "unit": drive.unit}
    if disk.bus == "usb":
        return {"driver": "usb-storage"} | _place(disk.address)
    flat = disk.address or Address("drive", unit=number)
    if disk.bus == "sata":
        return {"driver": "ide-hd", "bus": f"sata{flat.controller}.{flat.unit}"}
    bus = f"scsi{flat.controller}.0"
    return {"driver": "scsi-hd", "bus": bus, "scsi-id": flat.unit}


def _place(address: Address | None) -> Device:
    if address is None or address.type == "drive":
        return {}
    if address.type == "usb":
        bus: Device = {"bus": f"usb{address.bus}.0"}
        return bus | ({"port": address.port} if address.port else {})
    place: Device = {"addr": f"{address.slot:02x}.{address.function}"}
    return place | ({"multifunction": True} if address.multifunction else {})
