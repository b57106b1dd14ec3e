"""What a memory image is bound to, and whether it can go on on this host."""

from __future__ import annotations

import hashlib
import json
import re
from itertools import pairwise
from pathlib import Path

from vmnetx.errors import BadPackage, VmnetxError
from vmnetx.machine import arguments, binary
from vmnetx.machine.options import MachineOptions
from vmnetx.package import binding, markup
from vmnetx.package.binding import MemoryBinding
from vmnetx.package.domain import Domain

CPU_INFO = Path("/proc/cpuinfo")
DIGITS = 16
"""Of the hardware's digest: it is compared, and also read by people."""

_PLACE = arguments.Place("", qmp_descriptor=0)
# The options that say what the guest finds; others say where it is shown or kept.
_HARDWARE = ("-machine", "-m", "-smp", "-device", "-serial", "-parallel")
# Its first part is the type, which has a field of its own.
_PROPERTIES = re.compile(r"^[^,]*")
# What libvirt calls them. It reaches QEMU's command line.
_LIBVIRTS = re.compile(r"pc|pc-i440fx-[a-z0-9.]{1,30}|pc-[01]\.[0-9]{1,2}")
_ACCELERATORS = {"kvm": "kvm", "qemu": "tcg"}


class CannotResume(VmnetxError):
    """The image does not fit this host, or not this machine. Who starts it boots."""


def binding_here(domain: Domain, options: MachineOptions) -> MemoryBinding:
    """What an image of this machine would be bound to, were it saved on this host.

    Asks QEMU, once in a process: not for an event loop. Raises BadPackage, and
    MachineFailed when QEMU is not installed.
    """
    cpu = arguments.cpu(domain)
    if options.accelerator == "kvm":
        # The guest has found the host's own features, whatever the model says.
        cpu = f"{cpu} on {_processor()}"
    return MemoryBinding(
        qemu_version=binary.version(),
        machine=binary.machine_types().get("pc", "pc"),
        accelerator=options.accelerator,
        cpu=cpu[: binding.MAX_VALUE],
        hardware=_hardware(domain, options),
    )


def machine_type(xml: bytes, here: MemoryBinding) -> str:
    """The machine type that an image with this XML in its header goes on as.

    Raises CannotResume with the reason, and BadPackage.
    """
    bound = binding.find(xml)
    if bound is None:
        return _as_libvirt_had_it(xml, here)
    if reason := bound.why_not_on(here):
        raise CannotResume(reason)
    return _known(bound.machine)


def _as_libvirt_had_it(xml: bytes, here: MemoryBinding) -> str:
    """Its XML names the accelerator and the machine, and QEMU compares the rest."""
    root = markup.parse(xml)
    accelerator = _ACCELERATORS.get(root.get("type", ""), "another")
    if accelerator != here.accelerator:
        raise CannotResume(
            f"The memory image is of accelerator {accelerator}; "
            f"here it is {here.accelerator}"
        )
    kind = root.find("os/type")
    named = "pc" if kind is None else kind.get("machine", "pc")
    if not _LIBVIRTS.fullmatch(named):
        raise BadPackage("The memory image is of an unknown machine type")
    return _known(named)


def _known(name: str) -> str:
    found = binary.machine_types().get(name)
    if found is None:
        raise CannotResume(f"This QEMU has no machine type {name} any more")
    return found


def _hardware(domain: Domain, options: MachineOptions) -> str:
    argv = arguments.command_line(domain, options, _PLACE)
    seen = [
        [option, _PROPERTIES.sub("", value) if option == "-machine" else value]
        for option, value in pairwise(argv)
        if option in _HARDWARE
    ]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:DIGITS]


def _processor() -> str:
    try:
        text = CPU_INFO.read_text()
    except OSError:
        return "an unknown processor"
    found = re.search(r"^model name\s*: (.*)$", text, re.MULTILINE)
    return found[1] if found else "an unknown processor"
