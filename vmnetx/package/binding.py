"""What a memory image is bound to: it continues on the same machine, or not at all.

The package format has no place for it. So it stands in the image's own header, as
metadata of the XML there, which libvirt carries along and 2015 clients overwrite.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields

from lxml import etree

from vmnetx.errors import BadPackage
from vmnetx.package import markup, memory
from vmnetx.package.archive import Member
from vmnetx.package.memory import Area, SaveHeader
from vmnetx.package.source import Source

NAMESPACE = "http://olivearchive.org/xmlns/vmnetx/memory"
MAX_VALUE = 200

_TAG = f"{{{NAMESPACE}}}binding"
_NUMBERS = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})")
# It reaches QEMU's command line.
_MACHINE = re.compile(r"pc-i440fx-[a-z0-9.]{1,30}")


@dataclass(frozen=True)
class MemoryBinding:
    """All of it as text, for people to read in a record."""

    qemu_version: str
    """As QEMU prints it: "7.2.22 (Debian …)"."""
    machine: str
    """The versioned machine type behind "pc", such as "pc-i440fx-7.2"."""
    accelerator: str
    """"kvm" or "tcg"."""
    cpu: str
    """QEMU's -cpu; under KVM with the host's processor, whose features show."""
    hardware: str
    """A digest of all else that the guest sees: devices, their places, memory."""

    def why_not_on(self, here: MemoryBinding) -> str:
        """Why an image of this binding cannot go on `here`; "" when it may be tried.

        A newer QEMU reads what an older one wrote, as long as the machine type is the
        same; never the other way round.
        """
        for name in ("accelerator", "cpu", "hardware"):
            ours, theirs = getattr(self, name), getattr(here, name)
            if ours != theirs:
                return f"The memory image is of {name} {ours}; here it is {theirs}"
        if _numbers(self.qemu_version) > _numbers(here.qemu_version):
            return (
                f"The memory image is of QEMU {self.qemu_version}; "
                f"here is {here.qemu_version}"
            )
        return ""


def is_usable(binding: MemoryBinding, here: MemoryBinding) -> bool:
    return not binding.why_not_on(here)


def _numbers(version: str) -> tuple[int, ...]:
    found = _NUMBERS.match(version)
    return tuple(map(int, found.groups())) if found else ()


def read_head(source: Source, member: Member) -> tuple[SaveHeader, Area]:
    """The header of the image and what follows it, up to the stream. Raises BadPackage
    and what the source raises; memory.MAX_AREA bounds what is held."""
    header = memory.parse_header(_read(source, member, 0, memory.HEADER_SIZE))
    if header.body_offset >= member.size:
        raise BadPackage("Memory image is too short")
    area = _read(source, member, memory.HEADER_SIZE, header.area_length)
    return header, memory.parse_area(header, area)


def _read(source: Source, member: Member, offset: int, length: int) -> bytes:
    length = max(0, min(length, member.size - offset))
    return source.read(member.offset + offset, length)


def describe(domain_xml: bytes, binding: MemoryBinding) -> bytes:
    """The domain XML with the binding in it, for an image's header. BadPackage when
    the XML does not parse."""
    root = _parse(domain_xml)
    metadata = root.find("metadata")
    if metadata is None:
        metadata = etree.SubElement(root, "metadata")
    element = etree.SubElement(metadata, _TAG, nsmap={"m": NAMESPACE})
    for name, value in asdict(binding).items():
        element.set(name, value[:MAX_VALUE])
    return etree.tostring(root, encoding="utf-8") + b"\n"


def find(xml: bytes) -> MemoryBinding | None:
    """The binding in a header's XML; None where there is none, as in libvirt's own
    images. Raises BadPackage when the XML, or the binding in it, is spoilt."""
    element = _parse(xml).find(f"metadata/{_TAG}")
    if element is None:
        return None
    names = [field.name for field in fields(MemoryBinding)]
    values = {name: element.get(name, "") for name in names}
    if not all(0 < len(value) <= MAX_VALUE for value in values.values()):
        raise BadPackage("The memory image does not say what it is bound to")
    if not _MACHINE.fullmatch(values["machine"]):
        raise BadPackage("The memory image is of an unknown machine type")
    return MemoryBinding(**values)


def _parse(xml: bytes) -> etree._Element:
    try:
        return markup.parse(xml)
    except markup.Unacceptable as error:
        raise BadPackage(f"Memory image's XML does not parse: {error}") from error
