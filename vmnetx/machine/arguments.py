"""A Domain becomes QEMU's command line. Pure: docs/reference/machine.md has the table.

Devices are given as JSON, so no value can bring a comma and a second property along.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from vmnetx.machine import devices
from vmnetx.machine.options import MIB, MachineOptions
from vmnetx.package.domain import Domain

SANDBOX = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"
SPICE = "unix=on,addr=spice.sock,disable-ticketing=on,disable-copy-paste=on"
# SeaBIOS and QEMU know no more of them, whatever a package asks for.
MOST_PORTS = {"serial": 4, "parallel": 3}


@dataclass(frozen=True)
class Place:
    """What is this process's alone, beside its hardware."""

    uuid: str
    qmp_descriptor: int
    """A listening unix socket that QEMU inherits."""
    disk_descriptor: int | None = None
    """The package, open for reading: QEMU's /dev/fdset/0. None: it comes by http."""
    resumed_as: str | None = field(default=None, kw_only=True)
    """The machine type that a memory image goes on as; None: a start from off."""


def command_line(domain: Domain, options: MachineOptions, place: Place) -> list[str]:
    """The arguments after the program's name. Raises BadPackage for hardware that is
    not to be had. QEMU waits with its disks missing until QMP lets it go on."""
    argv = ["-name", "vmnetx,debug-threads=on", "-uuid", place.uuid]
    argv += ["-nodefaults", "-no-user-config", "--preconfig", "-sandbox", SANDBOX]
    argv += ["-msg", "timestamp=on", "-display", "none"]
    argv += _monitor(place)
    argv += _board(domain, options, place.resumed_as or "pc")
    if place.resumed_as:
        argv += ["-incoming", "defer"]
    argv += _screens(options)
    argv += _sound_backend(domain, options)
    argv += _network_backend(domain, options)
    for device in devices.of(domain, options):
        argv += ["-device", json.dumps(device)]
    for port, count in (("serial", domain.serials), ("parallel", domain.parallels)):
        argv += [f"-{port}", "null"] * min(count, MOST_PORTS[port])
    return argv


def _monitor(place: Place) -> list[str]:
    # wait=on: otherwise two of QEMU's threads may both accept the one connection, and
    # the main one then waits for another for ever. Seen with QEMU 7.2 on a loaded host.
    socket = f"socket,id=qmp,fd={place.qmp_descriptor},server=on,wait=on"
    argv = ["-chardev", socket, "-mon", "chardev=qmp,mode=control"]
    if place.disk_descriptor is not None:
        argv += ["-add-fd", f"fd={place.disk_descriptor},set=0"]
    return argv


def _board(domain: Domain, options: MachineOptions, machine: str) -> list[str]:
    machine += ",usb=off,dump-guest-core=off"
    if any(sound.model == "pcspk" for sound in domain.sounds):
        machine += ",pcspk-audiodev=sound"
    if "acpi" not in domain.features:
        machine += ",acpi=off"
    memory_mib = -(-domain.memory_bytes // MIB)
    reboot = "shutdown" if domain.on_reboot == "destroy" else "reset"
    return [
        *("-machine", machine, "-accel", options.accelerator),
        *("-cpu", cpu(domain), "-smp", _smp(domain), "-m", f"{memory_mib}M"),
        *("-rtc", f"base={_clock(domain)},driftfix=slew"),
        # Strict: the disk or nothing, and no tries of the network.
        *("-boot", "strict=on"),
        *("-action", f"shutdown=poweroff,panic=shutdown,reboot={reboot}"),
    ]


def cpu(domain: Domain) -> str:
    """QEMU's -cpu."""
    default = "qemu32" if domain.arch == "i686" else "qemu64"
    if domain.cpu is None:
        return default
    switches = {"force": "on", "require": "on", "disable": "off", "forbid": "off"}
    features = [
        f"{feature.name}={switches[feature.policy]}"
        for feature in domain.cpu.features
        if feature.policy in switches
    ]
    return ",".join([domain.cpu.model or default, *features])


def _smp(domain: Domain) -> str:
    topology = domain.cpu.topology if domain.cpu else None
    if topology is None:
        return f"cpus={domain.vcpus}"
    sockets, cores, threads = topology.sockets, topology.cores, topology.threads
    # QEMU refuses a topology of another number of processors; libvirt took the count.
    if sockets * cores * threads != domain.vcpus:
        return f"cpus={domain.vcpus}"
    return f"cpus={domain.vcpus},sockets={sockets},cores={cores},threads={threads}"


def _clock(domain: Domain) -> str:
    return "localtime" if domain.clock.offset in {"localtime", "timezone"} else "utc"


def _screens(options: MachineOptions) -> list[str]:
    argv = []
    if options.vnc:
        # Viewers share the screen, and none may switch the machine off.
        argv += ["-vnc", "unix:vnc.sock,share=force-shared,power-control=off"]
    if options.spice:
        argv += ["-spice", SPICE]
    return argv


def _sound_backend(domain: Domain, options: MachineOptions) -> list[str]:
    if not domain.sounds:
        return []
    return ["-audiodev", f"{'spice' if options.spice else 'none'},id=sound"]


def _network_backend(domain: Domain, options: MachineOptions) -> list[str]:
    if options.network == "none":
        return []
    reach = ",restrict=on" if options.network == "restricted" else ""
    backends = [f"user,id=net{n}{reach}" for n in range(len(domain.interfaces))]
    return [word for backend in backends for word in ("-netdev", backend)]
