"""The package file: a zip whose images lie in it as they are, so that a machine's disk
is read in place, from wherever the package is."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import struct
import zipfile
import zlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from vmnetx.errors import BadPackage
from vmnetx.package import domain, image, manifest, memory
from vmnetx.package.domain import Domain
from vmnetx.package.manifest import Manifest
from vmnetx.package.memory import SaveHeader
from vmnetx.package.source import LocalFile, Source
from vmnetx.package.window import Window

MAX_TEXT = 1024 * 1024
MAX_DIRECTORY = 1024 * 1024
MAX_MEMBERS = 1000
COMMENT = b"VMNetX package"

# Signature, version, flags, compression; at the end the lengths of name and extra.
_LOCAL_HEADER = struct.Struct("<4sHHH16xHH")
_ENCRYPTED = 1
# What zipfile lets out for damaged archives, besides its own error.
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)
# So that the same parts always make the same bytes, and the same digest.
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Member:
    """An image that lies stored in the package: `size` bytes from `offset`."""

    path: str
    offset: int
    size: int


@dataclass(frozen=True)
class Package:
    """A package that was checked. The source stays its opener's, open, to read from."""

    manifest: Manifest
    domain: Domain
    domain_xml: bytes
    disk: Member
    memory: Member | None
    memory_header: SaveHeader | None
    disk_virtual_size: int
    """Bytes of the disk that the guest sees."""
    source: Source


@dataclass(frozen=True)
class Written:
    """A package file that was written."""

    size: int
    sha256: str
    """In hexadecimal digits."""


def open_package(source: Source) -> Package:
    """Check a package and say where its images are.

    Raises BadPackage, and what the source raises. Nothing is kept but the texts: at
    most MAX_TEXT bytes each.
    """
    directory = _Directory(source)
    parts = manifest.parse(directory.manifest())
    domain_xml = directory.text(parts.domain_path)
    machine = domain.parse(domain_xml)
    disk = directory.member(parts.disk_path)
    virtual_size = image.check_disk(
        partial(_read, source, disk), disk.size, machine.disk.format
    )
    saved = None if parts.memory_path is None else directory.member(parts.memory_path)
    return Package(
        parts,
        machine,
        domain_xml,
        disk,
        saved,
        None if saved is None else _memory_header(source, saved),
        virtual_size,
        source,
    )


def _read(source: Source, member: Member, offset: int, length: int) -> bytes:
    """Part of a member, and nothing of what lies behind it."""
    length = max(0, min(length, member.size - offset))
    return source.read(member.offset + offset, length)


def _memory_header(source: Source, member: Member) -> SaveHeader:
    header = memory.parse_header(_read(source, member, 0, memory.HEADER_SIZE))
    if header.body_offset >= member.size:
        raise BadPackage("Memory image is too short")
    return header


class _Directory:
    """The zip's central directory, and the members it leads to."""

    def __init__(self, source: Source) -> None:
        self._source = source
        window = cast("BinaryIO", Window(source, limit=MAX_DIRECTORY))
        try:
            self._zip = zipfile.ZipFile(window)
        except _ZIP_ERRORS as error:
            raise BadPackage(
                f"Package is not a sound zip file: {_reason(error)}"
            ) from error
        self._members = {info.filename: info for info in self._zip.infolist()}
        if len(self._zip.infolist()) > MAX_MEMBERS:
            raise BadPackage(f"Package has more than {MAX_MEMBERS} members")
        if len(self._members) < len(self._zip.infolist()):
            raise BadPackage("Package has two members of the same name")

    def manifest(self) -> bytes:
        """The manifest may be compressed; it is the only one that may."""
        info = self._members.get(manifest.MEMBER)
        if info is None:
            raise BadPackage("Package does not contain manifest")
        # Others are not bounded while they decompress, and 2015 did not know them.
        if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise BadPackage(
                f'Member "{info.filename}" is compressed with an unknown method'
            )
        try:
            with self._zip.open(info) as file:
                data = file.read(MAX_TEXT + 1)
        except _ZIP_ERRORS as error:
            raise BadPackage(f'Member "{info.filename}": {_reason(error)}') from error
        return _bounded(info.filename, data)

    def text(self, path: str) -> bytes:
        member = self.member(path)
        return _bounded(path, _read(self._source, member, 0, MAX_TEXT + 1))

    def member(self, path: str) -> Member:
        info = self._members.get(path)
        if info is None:
            raise BadPackage(f"Path {_quoted(path)} missing from package")
        name = _quoted(path)
        # A directory that lies about its own place makes offsets negative.
        if info.header_offset < 0:
            raise BadPackage(f"Member {name} has invalid header")
        header = self._source.read(info.header_offset, _LOCAL_HEADER.size)
        if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
            raise BadPackage(f"Member {name} has invalid header")
        _, _, flags, compression, *lengths = _LOCAL_HEADER.unpack(header)
        if compression != zipfile.ZIP_STORED:
            raise BadPackage(f"Member {name} is compressed")
        if flags & _ENCRYPTED:
            raise BadPackage(f"Member {name} is encrypted")
        # The extra field is often longer here than in the central directory.
        offset = info.header_offset + _LOCAL_HEADER.size + sum(lengths)
        if info.file_size != info.compress_size:
            raise BadPackage(f"Member {name} has invalid header")
        if offset + info.file_size > self._zip.start_dir:
            raise BadPackage(f"Member {name} reaches beyond the package's members")
        return Member(path, offset, info.file_size)


def _bounded(path: str, data: bytes) -> bytes:
    if len(data) > MAX_TEXT:
        raise BadPackage(f"Member {_quoted(path)} is longer than {MAX_TEXT} bytes")
    return data


def _reason(error: Exception) -> str:
    """One line of the zip library's text, which may cite the file's bytes."""
    return ascii(str(error)[:200])[1:-1] or "it ends too early"


def _quoted(path: str) -> str:
    shown = path if len(path) <= 80 else f"{path[:80]}…"
    return f'"{ascii(shown)[1:-1]}"'


def write_package(
    path: Path, *, name: str, domain_xml: bytes, disk: Path, memory: Path | None = None
) -> Written:
    """Write a package, whole or not at all: a failure leaves what was at `path`.

    What was written is opened before it gets its name, so that nothing is made that
    cannot be read. Raises BadPackage, and OSError when the disk is full.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    memory_path = None if memory is None else "memory.img"
    parts = Manifest(name, "domain.xml", "disk.img", memory_path)
    try:
        with draft.open("xb") as file:
            with zipfile.ZipFile(file, "w") as package:
                package.comment = COMMENT
                package.writestr(_info(manifest.MEMBER), manifest.render(parts))
                package.writestr(_info(parts.domain_path), domain_xml)
                if memory is not None:
                    _copy(package, "memory.img", memory)
                _copy(package, parts.disk_path, disk)
            file.flush()
            os.fsync(file.fileno())
        written = _verified(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return written


def _info(member: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(member, _EPOCH)
    info.external_attr = 0o600 << 16
    return info


def _copy(package: zipfile.ZipFile, member: str, path: Path) -> None:
    info = _info(member)
    # Known before the first byte is written: it decides between zip and zip64.
    info.file_size = path.stat().st_size
    with path.open("rb") as source, package.open(info, "w") as target:
        shutil.copyfileobj(source, target, 1024 * 1024)


def _verified(path: Path) -> Written:
    source = LocalFile(path)
    try:
        open_package(source)
    finally:
        source.close()
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return Written(path.stat().st_size, digest.hexdigest())
