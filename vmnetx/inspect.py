"""`python -m vmnetx inspect`: what is in a package, and what is wrong with it."""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from vmnetx.errors import VmnetxError
from vmnetx.machine import process, resuming
from vmnetx.machine.options import MachineOptions
from vmnetx.package import binding
from vmnetx.package.archive import Member, Package, open_package
from vmnetx.package.hardware import Domain
from vmnetx.package.http import HttpSource
from vmnetx.package.source import LocalFile, Source

_PIECE = 1024 * 1024

_Facts = Iterable[tuple[str, object]]


def main(arguments: Sequence[str]) -> int:
    """Print the facts; 1 when the package cannot be read or breaks the format."""
    options = _parser().parse_args(arguments)
    try:
        source = _source(options.location)
        try:
            _print(_facts(open_package(source)))
            if options.digests or isinstance(source, LocalFile):
                _print([("SHA-256", _digest(source))])
        finally:
            source.close()
    except VmnetxError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m vmnetx inspect", description="Check a package and describe it."
    )
    parser.add_argument("location", help="a package's file, or its http or https URL")
    parser.add_argument(
        "--digests",
        action="store_true",
        help="read all of a package on the web for its SHA-256, as of a file",
    )
    return parser


def _source(location: str) -> Source:
    if location.startswith(("http://", "https://")):
        return HttpSource(location)
    return LocalFile(Path(location))


def _facts(package: Package) -> _Facts:
    yield "name", package.manifest.name
    yield "bytes", package.source.size
    yield from _machine(package.domain)
    yield "disk", _image(package.disk, package.domain.disk.format)
    yield "disk's size", f"{package.disk_virtual_size} bytes for the guest"
    if package.memory is None or package.memory_header is None:
        yield "memory image", "none"
    else:
        yield "memory image", _image(package.memory, package.memory_header.compression)
        yield from _saved(package, package.memory)
    yield "domain SHA-256", hashlib.sha256(package.domain_xml).hexdigest()
    if package.source.etag is not None:
        yield "entity tag", package.source.etag


def _saved(package: Package, member: Member) -> _Facts:
    """What the image is bound to, and whether it could go on here."""
    _, area = binding.read_head(package.source, member)
    bound = binding.find(area.xml)
    if bound is None:
        yield "saved by", "libvirt, which does not say what it is bound to"
    else:
        yield "saved by", f"QEMU {bound.qemu_version}"
        yield "continues as", f"{bound.machine} under {bound.accelerator}"
        yield "on processor", bound.cpu
        yield "with hardware", bound.hardware
    yield "goes on here", _resumption(package.domain, area.xml)


def _resumption(machine: Domain, xml: bytes) -> str:
    try:
        has_kvm = os.access(process.KVM, os.R_OK | os.W_OK)
        bound = binding.find(xml)
        wants_kvm = bound is not None and bound.accelerator == "kvm"
        options = MachineOptions(accelerator="kvm" if has_kvm and wants_kvm else "tcg")
        resuming.machine_type(xml, resuming.binding_here(machine, options))
    except VmnetxError as error:
        return f"no: {error}"
    return "yes, as far as can be seen" if bound is None else "yes"


def _machine(machine: Domain) -> _Facts:
    memory = f"{machine.memory_bytes / 1024**2:g} MiB"
    yield "machine", f"{machine.arch}, {memory}"
    yield "processors", machine.vcpus
    yield "boots from", machine.boot
    yield "video", ", ".join(video.model for video in machine.videos) or "none"
    yield "sound", ", ".join(sound.model for sound in machine.sounds) or "none"
    yield "network", machine.network
    if machine.limit_mouse_rate_hz is not None:
        yield "mouse", f"at most {machine.limit_mouse_rate_hz} events a second"


def _image(member: Member, form: str) -> str:
    return f"{member.path}, {form}, {member.size} bytes from {member.offset}"


def _digest(source: Source) -> str:
    digest = hashlib.sha256()
    for start in range(0, source.size, _PIECE):
        digest.update(source.read(start, _PIECE))
    return digest.hexdigest()


def _print(facts: _Facts) -> None:
    for label, value in facts:
        # Names come from strangers; a terminal obeys more than letters.
        shown = "".join(c if c.isprintable() else "?" for c in str(value))
        sys.stdout.write(f"{label:16}{shown}\n")
