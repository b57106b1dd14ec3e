"""A virtual machine's hardware, as values. What a package leaves out is None or the
default that libvirt gave it in 2015."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Arch = Literal["i686", "x86_64"]
DiskFormat = Literal["raw", "qcow2"]


@dataclass(frozen=True)
class Address:
    """Where a device sits. A memory image fits only a machine with the same places."""

    type: str
    """"pci", "drive" or "usb"; each uses the fields that its bus has."""
    domain: int = 0
    bus: int = 0
    slot: int = 0
    function: int = 0
    multifunction: bool = False
    controller: int = 0
    target: int = 0
    unit: int = 0
    port: str = ""


@dataclass(frozen=True)
class Disk:
    """The one disk. Its path is not here: the image in the package is the only one."""

    target_dev: str
    bus: str
    """"ide", "fdc", "scsi", "usb" or "sata"."""
    format: DiskFormat
    is_readonly: bool = False
    boot_order: int | None = None
    serial: str | None = None
    address: Address | None = None


@dataclass(frozen=True)
class Controller:
    type: str | None
    """"fdc", "ide", "scsi", "sata", "usb" or None."""
    index: int
    model: str | None = None
    ports: int | None = None
    vectors: int | None = None
    master_startport: str | None = None
    """This USB 1 controller is a companion of an EHCI one, from this port on."""
    address: Address | None = None


@dataclass(frozen=True)
class Interface:
    """A network card on QEMU's user-mode network."""

    mac: str | None = None
    model: str = "rtl8139"
    address: Address | None = None


@dataclass(frozen=True)
class Input:
    type: str
    """"tablet" or "mouse"."""
    bus: str
    """"ps2" or "usb"."""
    address: Address | None = None


@dataclass(frozen=True)
class Sound:
    model: str
    """"es1370", "pcspk", "ac97" or "ich6"."""
    address: Address | None = None


@dataclass(frozen=True)
class Video:
    model: str = "cirrus"
    """"vga", "cirrus" or "qxl"."""
    vram_kib: int | None = None
    heads: int | None = None
    address: Address | None = None


@dataclass(frozen=True)
class Hub:
    address: Address | None = None


@dataclass(frozen=True)
class Memballoon:
    model: str
    """"virtio" or "none"."""
    address: Address | None = None


@dataclass(frozen=True)
class Topology:
    sockets: int
    cores: int
    threads: int


@dataclass(frozen=True)
class CpuFeature:
    name: str
    policy: str
    """"force", "require", "optional", "disable" or "forbid"."""


@dataclass(frozen=True)
class NumaCell:
    cpus: str
    memory_kib: int


@dataclass(frozen=True)
class Cpu:
    model: str | None = None
    match: str | None = None
    vendor: str | None = None
    topology: Topology | None = None
    features: tuple[CpuFeature, ...] = ()
    numa: tuple[NumaCell, ...] = ()


@dataclass(frozen=True)
class Clock:
    offset: str = "utc"
    """"localtime", "utc", "timezone" or "variable"."""
    timezone: str | None = None
    adjustment_seconds: int | None = None
    has_rtc_timer: bool = False
    """The guest's clock keeps its own count of ticks, and none is lost."""


@dataclass(frozen=True)
class Domain:
    """A whole machine, as a package describes it."""

    name: str
    uuid: str
    memory_bytes: int
    disk: Disk
    vcpus: int = 1
    arch: Arch = "x86_64"
    boot: str = "hd"
    """"hd", "fd" or "cdrom"."""
    description: str | None = None
    cpu: Cpu | None = None
    clock: Clock = field(default_factory=Clock)
    features: frozenset[str] = frozenset()
    """Some of "pae", "apic", "acpi", "hap"."""
    on_reboot: str = "restart"
    on_poweroff: str = "destroy"
    on_crash: str = "destroy"
    controllers: tuple[Controller, ...] = ()
    interfaces: tuple[Interface, ...] = ()
    inputs: tuple[Input, ...] = ()
    graphics: str | None = None
    """"vnc", "spice" or None: a wish. Where it is shown is the server's choice."""
    sounds: tuple[Sound, ...] = ()
    videos: tuple[Video, ...] = ()
    serials: int = 0
    parallels: int = 0
    hubs: tuple[Hub, ...] = ()
    memballoon: Memballoon | None = None
    limit_mouse_rate_hz: int | None = None
    """Some old guests lose mouse events that come faster than this."""
    machine: str = "pc"

    @property
    def video(self) -> Video | None:
        """The card that shows the screen; the others, if any, add heads to it."""
        return self.videos[0] if self.videos else None

    @property
    def network(self) -> Literal["none", "user"]:
        """What the package asks for. Whether it gets it is its record's to say."""
        return "user" if self.interfaces else "none"
