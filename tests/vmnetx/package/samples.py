"""Packages to read and to break, and the source that they are read from."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

from vmnetx.package import domain, manifest, memory
from vmnetx.package.manifest import Manifest
from vmnetx.package.memory import Area, SaveHeader

MINIMAL = (Path(__file__).parents[2] / "data" / "minimal.nxpk").read_bytes()
DOMAIN = domain.render(domain.template())


class Bytes:
    """A source in memory that counts what is asked of it."""

    etag = None
    last_modified = None
    url = "test:"

    def __init__(self, data):
        self._data = data
        self.size = len(data)
        self.reads = []

    def read(self, offset, length):
        assert offset >= 0
        assert length >= 0
        self.reads.append(length)
        return self._data[offset : offset + length]

    def close(self):
        pass


def qcow2(*, version=3, size=1024 * 1024, **fields):
    """The header of an image as qemu-img makes it: fields by name, then extensions."""
    values = {
        "magic": b"QFI\xfb",
        "backing_at": 0,
        "cluster_bits": 16,
        "encryption": 0,
        "features": 0,
        "length": 104,
        "extensions": b"",
        **fields,
    }
    header = struct.pack(
        ">4sIQIIQIIQQIIQ",
        values["magic"],
        version,
        values["backing_at"],
        0,
        values["cluster_bits"],
        size,
        values["encryption"],
        *(1, 0x30000, 0x10000, 1, 0, 0),
    )
    if version != 2:
        header += struct.pack(">QQQII", values["features"], 0, 0, 4, values["length"])
    end = struct.pack(">II", 0, 0)
    return (header + values["extensions"] + end).ljust(4096, b"\0")


def saved_memory(stream=b"stream", *, area=None, **fields):
    header = SaveHeader(0, **{"was_running": True, "compression": "xz", **fields})
    area = area or Area(b'<domain type="kvm"/>')
    return memory.render(memory.roomy(header, area), area) + stream


def members(*, name="A machine", domain_xml=DOMAIN, disk=None, memory=None):
    """What is in a package, in the order that it is written in."""
    parts = Manifest(name, "domain.xml", "disk.img", memory and "memory.img")
    return {
        "vmnetx-package.xml": manifest.render(parts),
        "domain.xml": domain_xml,
        **({"memory.img": memory} if memory else {}),
        "disk.img": qcow2() if disk is None else disk,
    }


def zipped(content, *, compression=None, comment=b"VMNetX package"):
    """A zip of (name, bytes) pairs. `compression` says which members are compressed,
    and how."""
    file = io.BytesIO()
    pairs = content.items() if isinstance(content, dict) else content
    with zipfile.ZipFile(file, "w") as package:
        package.comment = comment
        for name, data in pairs:
            package.writestr(
                zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)),
                data,
                (compression or {}).get(name, zipfile.ZIP_STORED),
            )
    return file.getvalue()
