"""What a package's domain XML may say. Whatever is not here is refused.

The table follows the 2015 format, tightened where that let a package reach the host:
one disk and no second one, raw or qcow2, nothing twice that a machine has once, and no
free text where it would reach QEMU's command line.
"""

from __future__ import annotations

from vmnetx.package.markup import (
    Child,
    Rule,
    Value,
    any_number,
    at_most_one,
    exactly_one,
    number,
    one_of,
)

METADATA = "{http://olivearchive.org/xmlns/vmnetx/domain-metadata}"

_HEX = "[0-9a-fA-F]"
_ANY = Value("any text", "(?s:.*)")
_UINT = number(0, 2**32 - 1)
_POSINT = number(1, 2**32 - 1)
_POSSHORT = number(1, 2**16 - 1)
_UINT64 = number(0, 2**64 - 1)
_UUID = Value(
    "a UUID",
    f"{_HEX}{{32}}|{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}",
)
_MAC = Value("a unicast MAC address", f"{_HEX}[02468aAcCeE](:{_HEX}{{2}}){{5}}")
_DOMAIN_NAME = Value("letters, digits and _.+-&:/", "[A-Za-z0-9_.+&:/-]+")
_WORD = Value("letters, digits and _+-", "[a-zA-Z0-9_+-]+")
_SERIAL_NUMBER = Value("letters, digits and _.+-", "[A-Za-z0-9_.+-]+")
_FEATURE_NAME = Value("letters, digits and -_", "[a-zA-Z0-9_-]+")
# The 2015 format takes any text here; it ends up in QEMU's -cpu, where "," separates.
_CPU_NAME = Value("a processor's name", "[A-Za-z0-9_.+-]+")
_ABSOLUTE_PATH = Value("an absolute path", r"/[a-zA-Z0-9_.+\-\\&\"'<>/%]+")
_DISK_DEVICE = Value(
    "a disk's name such as hda", "(ioemu:)?(fd|hd|sd|vd|xvd|ubd)[a-zA-Z0-9_]+"
)
_UNIT = Value("a unit such as MiB", "(?i:b|bytes?|[kmgtpe](i?b)?)")
_CPU_RANGE = r"(\^?[0-9]{1,5}|[0-9]{1,5}-[0-9]{1,5})"
_CPU_SET = Value("a list of processors", f"{_CPU_RANGE}(,{_CPU_RANGE})*")
_KIB = number(4000, 2**64 - 1)
_TIMEZONE = Value("a time zone", "[a-zA-Z0-9_.+/-]+")
_ADJUSTMENT = Value("a number of seconds", r"[+-]?[0-9]{1,18}")
_END = one_of("destroy", "restart")
_YES_NO = one_of("yes", "no")

_PCI_DOMAIN = Value("a hexadecimal number", f"(0x)?{_HEX}{{1,4}}")
_BUS = Value("a bus number", f"(0x)?{_HEX}{{1,3}}|[0-9]{{1,2}}")
_SLOT = Value("a slot number", f"(0x)?[01]?{_HEX}|[0-9]{{1,2}}")
_FUNCTION = Value("a function number", "(0x)?[0-7]")
_TWO_DIGITS = Value("a number of one or two digits", "[0-9]{1,2}")
_USB_PART = f"(0x)?{_HEX}{{1,3}}"
_USB_PORT = Value("a USB port", rf"[0-9]{{1,2}}|{_USB_PART}(\.{_USB_PART}){{0,3}}")

_EMPTY = Rule()
_ADDRESS = Rule(
    required={"type": one_of("pci", "drive", "usb")},
    optional={
        "domain": _PCI_DOMAIN,
        "bus": _BUS,
        "slot": _SLOT,
        "function": _FUNCTION,
        "multifunction": one_of("on", "off"),
        "controller": _TWO_DIGITS,
        "target": _TWO_DIGITS,
        "unit": _TWO_DIGITS,
        "port": _USB_PORT,
    },
)
_WHERE = {"address": at_most_one(_ADDRESS)}

_DISK = Rule(
    # The 2015 format had `device` optional, and a second disk without it was any host
    # file that the package cared to name.
    required={"device": one_of("disk")},
    optional={"type": one_of("file")},
    children={
        "source": exactly_one(Rule(required={"file": _ABSOLUTE_PATH})),
        "driver": exactly_one(
            Rule(
                required={"type": one_of("raw", "qcow2")},
                optional={"name": one_of("qemu")},
            )
        ),
        "target": exactly_one(
            Rule(
                required={"dev": _DISK_DEVICE},
                optional={"bus": one_of("ide", "fdc", "scsi", "usb", "sata")},
            )
        ),
        "boot": at_most_one(Rule(required={"order": _POSINT})),
        "readonly": at_most_one(_EMPTY),
        "serial": at_most_one(Rule(text=_SERIAL_NUMBER)),
        **_WHERE,
    },
)
_CONTROLLER = Rule(
    required={"index": _UINT},
    optional={
        "type": one_of("fdc", "ide", "scsi", "sata", "usb"),
        "model": one_of(
            "auto",
            "piix3-uhci",
            "piix4-uhci",
            "ehci",
            "ich9-ehci1",
            "ich9-uhci1",
            "ich9-uhci2",
            "ich9-uhci3",
        ),
        "ports": _UINT,
        "vectors": _UINT,
    },
    children={
        "master": at_most_one(Rule(required={"startport": _USB_PORT})),
        **_WHERE,
    },
    in_order=True,
)
_INTERFACE = Rule(
    required={"type": one_of("user")},
    children={
        "mac": at_most_one(Rule(required={"address": _MAC})),
        # Any text in the 2015 format; here it must look like a device's name.
        "model": at_most_one(Rule(required={"type": _WORD})),
        **_WHERE,
    },
)
_VIDEO_MODEL = Rule(
    required={"type": one_of("vga", "cirrus", "qxl")},
    optional={"vram": _UINT, "heads": _UINT},
    children={
        "acceleration": at_most_one(
            Rule(optional={"accel3d": _YES_NO, "accel2d": _YES_NO})
        )
    },
)
_PORT = Rule(
    required={"type": one_of("null")},
    children={"target": at_most_one(Rule(optional={"port": _ANY})), **_WHERE},
)
_DEVICES = Rule(
    children={
        "emulator": exactly_one(Rule(text=_ABSOLUTE_PATH)),
        "disk": exactly_one(_DISK),
        "controller": any_number(_CONTROLLER),
        "interface": any_number(_INTERFACE),
        "input": any_number(
            Rule(
                required={"type": one_of("tablet", "mouse")},
                optional={"bus": one_of("ps2", "usb")},
                children=_WHERE,
            )
        ),
        "graphics": at_most_one(
            Rule(
                required={"type": one_of("vnc", "spice")},
                optional={"autoport": one_of("yes")},
            )
        ),
        "sound": any_number(
            Rule(
                required={"model": one_of("es1370", "pcspk", "ac97", "ich6")},
                children=_WHERE,
            )
        ),
        "video": any_number(
            Rule(children={"model": at_most_one(_VIDEO_MODEL), **_WHERE}, in_order=True)
        ),
        "serial": any_number(_PORT),
        "parallel": any_number(_PORT),
        "hub": any_number(Rule(required={"type": one_of("usb")}, children=_WHERE)),
        "memballoon": at_most_one(
            Rule(required={"model": one_of("virtio", "none")}, children=_WHERE)
        ),
    }
)

_CPU = Rule(
    optional={
        "match": one_of("minimum", "exact", "strict"),
        "mode": one_of("custom"),
    },
    children={
        "model": at_most_one(
            Rule(optional={"fallback": one_of("allow")}, text=_CPU_NAME)
        ),
        "vendor": at_most_one(Rule(text=_CPU_NAME)),
        "topology": at_most_one(
            Rule(required={"sockets": _POSINT, "cores": _POSINT, "threads": _POSINT})
        ),
        "feature": any_number(
            Rule(
                required={
                    "policy": one_of(
                        "force", "require", "optional", "disable", "forbid"
                    ),
                    "name": _FEATURE_NAME,
                }
            ),
            most=256,
        ),
        "numa": at_most_one(
            Rule(
                children={
                    "cell": Child(
                        Rule(required={"cpus": _CPU_SET, "memory": _KIB}), 1, 64
                    )
                }
            )
        ),
    },
)
_OS = Rule(
    children={
        "type": exactly_one(
            Rule(
                optional={"arch": one_of("i686", "x86_64"), "machine": one_of("pc")},
                text=one_of("hvm"),
            )
        ),
        "boot": exactly_one(Rule(required={"dev": one_of("hd", "fd", "cdrom")})),
    },
    in_order=True,
)
_CLOCK = Rule(
    required={"offset": one_of("localtime", "utc", "timezone", "variable")},
    optional={"timezone": _TIMEZONE, "adjustment": _ADJUSTMENT},
    children={
        "timer": at_most_one(
            Rule(required={"name": one_of("rtc"), "track": one_of("guest")})
        )
    },
)
_METADATA = Rule(
    children={
        f"{METADATA}vmnetx": exactly_one(
            Rule(
                children={
                    f"{METADATA}limit_mouse_rate": at_most_one(
                        Rule(required={"hz": _POSINT})
                    )
                }
            )
        )
    }
)
_SIZE = Rule(optional={"unit": _UNIT}, text=_UINT64)

DOMAIN = Rule(
    required={"type": one_of("kvm")},
    children={
        "name": exactly_one(Rule(text=_DOMAIN_NAME)),
        "uuid": exactly_one(Rule(text=_UUID)),
        "description": at_most_one(Rule(text=_ANY)),
        "metadata": at_most_one(_METADATA),
        "memory": exactly_one(_SIZE),
        "currentMemory": at_most_one(_SIZE),
        "vcpu": at_most_one(
            Rule(optional={"placement": one_of("static")}, text=_POSSHORT)
        ),
        "os": exactly_one(_OS),
        "clock": at_most_one(_CLOCK),
        "features": at_most_one(
            Rule(
                children={
                    name: at_most_one(_EMPTY) for name in ("pae", "apic", "acpi", "hap")
                }
            )
        ),
        "cpu": at_most_one(_CPU),
        "on_reboot": at_most_one(Rule(text=_END)),
        "on_poweroff": at_most_one(Rule(text=_END)),
        "on_crash": at_most_one(Rule(text=_END)),
        "devices": exactly_one(_DEVICES),
    },
)
