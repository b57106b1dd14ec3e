from __future__ import annotations

import hashlib
import os
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from tests.vmnetx.package.samples import (
    DOMAIN,
    MINIMAL,
    Bytes,
    members,
    qcow2,
    saved_memory,
    zipped,
)
from vmnetx.errors import BadPackage, SourceChanged, Unreachable
from vmnetx.package.archive import (
    COMMENT,
    MAX_DIRECTORY,
    MAX_MEMBERS,
    MAX_TEXT,
    Member,
    open_package,
    write_package,
)
from vmnetx.package.source import LocalFile

MANIFEST = "vmnetx-package.xml"
LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"


def opened(data):
    return open_package(Bytes(data))


def header_at(data, signature, name):
    """Where the header of a member starts."""
    length = {LOCAL: 30, CENTRAL: 46}[signature]
    at = data.index(signature)
    while not data.startswith(name.encode(), at + length):
        at = data.index(signature, at + 1)
    return at


def changed(data, signature, name, offset, layout, value):
    data = bytearray(data)
    struct.pack_into(layout, data, header_at(data, signature, name) + offset, value)
    return bytes(data)


def test_the_minimal_package_opens():
    """Specification 9.8."""
    package = opened(MINIMAL)
    assert package.disk == Member("disk.img", 685, 512)
    assert package.disk_virtual_size == 512
    assert (package.memory, package.memory_header) == (None, None)
    assert package.manifest.name == "Test VM"
    digest = hashlib.sha256(package.domain_xml).hexdigest()
    assert digest == "a5303e88c667d3d949e56184de677457f12c79369ea3a0be7c0b43f1bbc97d26"


def test_a_memory_image_is_found_with_its_header():
    memory = saved_memory()
    data = zipped(members(memory=memory))
    package = opened(data)
    start = package.memory.offset
    assert data[start : start + package.memory.size] == memory
    assert package.memory_header.body_offset == 12288


def test_members_come_in_any_order_and_others_are_ignored():
    content = [*reversed(members().items()), ("README", b"x")]
    assert opened(zipped(content, comment=b"")).disk.path == "disk.img"


def test_the_manifest_may_be_compressed():
    assert opened(zipped(members(), compression={MANIFEST: zipfile.ZIP_DEFLATED}))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_the_manifest_may_not_be_compressed_in_an_unbounded_way(method):
    with pytest.raises(BadPackage, match="compressed with an unknown method"):
        opened(zipped(members(), compression={MANIFEST: method}))


@pytest.mark.parametrize("name", ["domain.xml", "memory.img", "disk.img"])
def test_the_other_members_are_stored(name):
    data = zipped(
        members(memory=saved_memory()), compression={name: zipfile.ZIP_DEFLATED}
    )
    with pytest.raises(BadPackage, match=f'Member "{name}" is compressed'):
        opened(data)


@pytest.mark.parametrize(
    ("signature", "offset", "layout", "value", "reason"),
    [
        (LOCAL, 0, "<I", 0, "has invalid header"),
        (LOCAL, 6, "<H", 1, "is encrypted"),
        (LOCAL, 8, "<H", 8, "is compressed"),
        (LOCAL, 26, "<H", 0xFFFF, "reaches beyond"),
        (LOCAL, 28, "<H", 0xFFFF, "reaches beyond"),
        (CENTRAL, 20, "<I", 511, "has invalid header"),
        (CENTRAL, 24, "<I", 4097, "has invalid header"),
        (CENTRAL, 42, "<I", 5, "has invalid header"),
        (CENTRAL, 42, "<I", 0xFFFFFFF0, "has invalid header"),
    ],
)
def test_a_members_header_is_not_believed(signature, offset, layout, value, reason):
    data = changed(zipped(members()), signature, "disk.img", offset, layout, value)
    # Some Pythons' zipfile sees for itself that members overlap.
    expected = f'Member "disk.img" {reason}|Overlapped entries'
    with pytest.raises(BadPackage, match=expected):
        opened(data)


def test_an_image_that_reaches_beyond_the_members_is_refused():
    data = zipped(members())
    for offset in (20, 24):
        data = changed(data, CENTRAL, "disk.img", offset, "<I", 4096 + 1)
    with pytest.raises(BadPackage, match="reaches beyond the package's members"):
        opened(data)


def test_an_encrypted_manifest_is_refused():
    data = zipped(members())
    for signature, offset in ((LOCAL, 6), (CENTRAL, 8)):
        data = changed(data, signature, MANIFEST, offset, "<H", 1)
    with pytest.raises(BadPackage, match="encrypted"):
        opened(data)


def test_a_manifest_with_a_wrong_checksum_is_refused():
    data = zipped(members()).replace(b'name="A machine"', b'name="B machine"')
    with pytest.raises(BadPackage, match="Bad CRC-32"):
        opened(data)


def test_the_images_checksums_are_not_read():
    data = changed(zipped(members()), CENTRAL, "disk.img", 16, "<I", 1)
    assert opened(data).disk.size == 4096


def test_a_directory_that_lies_about_its_place_is_refused():
    """Its members would start before the file does."""
    data = bytearray(zipped(members()))
    at = data.rindex(END) + 16
    (offset,) = struct.unpack_from("<I", data, at)
    for wrong in (offset + 1, offset + 100, 0xFFFFFFF0):
        struct.pack_into("<I", data, at, wrong)
        with pytest.raises(BadPackage):
            opened(bytes(data))


def test_a_member_before_the_start_is_refused():
    """The directory says that it is 100 bytes further on, and so do those members that
    are to be found all the same."""
    data = bytearray(zipped(members()))
    at = data.rindex(END) + 16
    struct.pack_into("<I", data, at, data.index(CENTRAL) + 100)
    for name in members():
        at = header_at(data, CENTRAL, name) + 42
        (offset,) = struct.unpack_from("<I", data, at)
        place = 50 if name == "disk.img" else offset + 100
        struct.pack_into("<I", data, at, place)
    with pytest.raises(BadPackage, match="has invalid header"):
        opened(bytes(data))


def test_a_local_extra_field_may_be_longer_than_the_central_one():
    data = zipped(members())
    at = header_at(data, LOCAL, "disk.img")
    extra = struct.pack("<HH6s", 0x6375, 6, b"filler")
    end = at + 30 + len("disk.img")
    longer = bytearray(data[:end] + extra + data[end:])
    struct.pack_into("<H", longer, at + 28, len(extra))
    start = longer.rindex(END) + 16
    struct.pack_into("<I", longer, start, data.index(CENTRAL) + len(extra))
    disk = opened(bytes(longer)).disk
    assert longer[disk.offset : disk.offset + disk.size] == qcow2()


def with_zip64(data, name):
    """The member's sizes and place, each where only zip64 readers look."""
    at = header_at(data, CENTRAL, name)
    sizes = struct.unpack_from("<II", data, at + 20)
    (place,) = struct.unpack_from("<I", data, at + 42)
    extra = struct.pack("<HHQQQ", 1, 24, sizes[1], sizes[0], place)
    end = at + 46 + len(name)
    data = bytearray(data[:end] + extra + data[end:])
    struct.pack_into("<II", data, at + 20, 0xFFFFFFFF, 0xFFFFFFFF)
    struct.pack_into("<I", data, at + 42, 0xFFFFFFFF)
    struct.pack_into("<H", data, at + 30, len(extra))
    end = data.rindex(END)
    (size,) = struct.unpack_from("<I", data, end + 12)
    struct.pack_into("<I", data, end + 12, size + len(extra))
    return bytes(data)


def test_zip64_fields_are_read():
    data = zipped(members())
    assert opened(with_zip64(data, "disk.img")).disk == opened(data).disk


@pytest.mark.parametrize(
    ("name", "field"),
    [(MANIFEST, 2), ("disk.img", 0), ("disk.img", 1), ("disk.img", 2)],
)
@pytest.mark.parametrize("value", [2**63 - 1, 2**63, 2**64 - 1])
def test_zip64_fields_are_not_believed(tmp_path, name, field, value):
    data = bytearray(with_zip64(zipped(members()), name))
    at = header_at(data, CENTRAL, name) + 46 + len(name) + 4 + 8 * field
    struct.pack_into("<Q", data, at, value)
    path = tmp_path / "x.nxpk"
    path.write_bytes(data)
    source = LocalFile(path)
    with pytest.raises(BadPackage):
        open_package(source)
    source.close()


def test_a_disk_of_five_gib_is_written_and_read_as_zip64(tmp_path):
    disk = tmp_path / "disk"
    with disk.open("wb") as file:
        file.truncate(5 * 1024**3)
    target = SparseZip(tmp_path / "x.nxpk")
    target.write(members(disk=disk, domain_xml=DOMAIN.replace(b'"qcow2"', b'"raw"')))
    source = LocalFile(target.path)
    package = open_package(source)
    assert package.disk.size == package.disk_virtual_size == 5 * 1024**3
    assert source.read(package.disk.offset + package.disk.size, 4) == CENTRAL
    source.close()


class SparseZip:
    """A zip as Python writes it, but with holes for what is zeros: quick and small."""

    def __init__(self, path):
        self.path = path

    def write(self, content):
        with zipfile.ZipFile(self.path, "w") as package:
            for name, data in content.items():
                if not isinstance(data, Path):
                    package.writestr(name, data)
                    continue
                info = zipfile.ZipInfo(name)
                info.file_size = info.compress_size = size = data.stat().st_size
                info.header_offset = package.fp.tell()
                info.CRC = 0
                package.fp.write(info.FileHeader())
                package.fp.seek(size, os.SEEK_CUR)
                package.start_dir = package.fp.tell()
                package.filelist.append(info)
                package.NameToInfo[name] = info


def test_two_members_of_one_name_are_refused():
    content = [*members().items(), ("disk.img", qcow2())]
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zipped(content)
    with pytest.raises(BadPackage, match="two members of the same name"):
        opened(data)


def test_too_many_members_are_refused():
    content = members() | {f"{n}": b"" for n in range(MAX_MEMBERS - 2)}
    with pytest.raises(BadPackage, match=f"more than {MAX_MEMBERS} members"):
        opened(zipped(content))


def test_an_endless_directory_is_not_read():
    content = members() | {f"{n:01000}": b"" for n in range(1200)}
    source = Bytes(zipped(content))
    with pytest.raises(BadPackage, match=f"the limit is {MAX_DIRECTORY}"):
        open_package(source)
    assert sum(source.reads) < MAX_DIRECTORY


def test_a_bomb_is_not_unpacked():
    bomb = zipped(
        members(name="x") | {MANIFEST: b" " * 64 * MAX_TEXT},
        compression={MANIFEST: zipfile.ZIP_DEFLATED},
    )
    tracemalloc.start()
    with pytest.raises(BadPackage, match=f"is longer than {MAX_TEXT} bytes"):
        opened(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * MAX_TEXT


@pytest.mark.parametrize("name", [MANIFEST, "domain.xml"])
def test_a_long_text_is_not_read(name):
    source = Bytes(zipped(members() | {name: b" " * 4 * MAX_TEXT}))
    with pytest.raises(BadPackage, match=r"limit|longer"):
        open_package(source)
    assert sum(source.reads) < 2 * MAX_TEXT


@pytest.mark.parametrize("missing", [MANIFEST, "domain.xml", "memory.img", "disk.img"])
def test_a_missing_member_is_told(missing):
    content = members(memory=saved_memory())
    del content[missing]
    with pytest.raises(BadPackage, match=r"does not contain manifest|missing from"):
        opened(zipped(content))


def test_an_odd_path_is_shown_on_one_short_line():
    content = members()
    content[MANIFEST] = content[MANIFEST].replace(b"disk.img", b"&#10;" + b"x" * 4000)
    with pytest.raises(BadPackage, match="missing from package") as caught:
        opened(zipped(content))
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("disk", b""),
        ("disk", b"QFI\xfb"),
        ("memory", b"LibvirtQemudSave"),
        ("memory", saved_memory(stream=b"")),
    ],
)
def test_an_image_that_ends_too_early_is_refused(part, content):
    with pytest.raises(BadPackage, match="image is too short"):
        opened(zipped(members(**{part: content})))


def test_what_is_read_of_an_image_ends_with_it():
    """A cut header is not completed with the bytes that follow it in the package."""
    data = zipped(members(disk=qcow2()[:100]))
    with pytest.raises(BadPackage, match="too short for qcow2"):
        opened(data)


@pytest.mark.parametrize("error", [SourceChanged, Unreachable])
@pytest.mark.parametrize("good_reads", range(8))
def test_what_the_source_raises_comes_through(error, good_reads):
    """zipfile catches much; what happened while it read is not a bad package."""

    class Failing(Bytes):
        def read(self, offset, length):
            if len(self.reads) >= good_reads:
                raise error("gone")
            return super().read(offset, length)

    with pytest.raises(error, match="gone"):
        open_package(Failing(MINIMAL))


@pytest.mark.parametrize("data", [b"", b"PK", b"\0" * 1000, END + bytes(18)])
def test_what_is_no_zip_is_refused(data):
    with pytest.raises(BadPackage):
        opened(data)


@pytest.fixture
def disk(tmp_path):
    path = tmp_path / "disk"
    path.write_bytes(bytes(512))
    return path


MINIMAL_XML = open_package(Bytes(MINIMAL)).domain_xml


def test_the_minimal_package_is_written_byte_for_byte(tmp_path, disk):
    out = tmp_path / "out.nxpk"
    written = write_package(out, name="Test VM", domain_xml=MINIMAL_XML, disk=disk)
    assert out.read_bytes() == MINIMAL
    assert written.size == len(MINIMAL)
    assert written.sha256 == hashlib.sha256(MINIMAL).hexdigest()


def test_a_written_package_has_the_order_and_comment_of_the_format(tmp_path, disk):
    memory = tmp_path / "memory"
    memory.write_bytes(saved_memory())
    out = tmp_path / "out.nxpk"
    write_package(out, name="ä", domain_xml=MINIMAL_XML, disk=disk, memory=memory)
    with zipfile.ZipFile(out) as package:
        assert package.namelist() == [MANIFEST, "domain.xml", "memory.img", "disk.img"]
        assert {info.compress_type for info in package.infolist()} == {0}
        assert package.comment == COMMENT
        assert package.testzip() is None


@pytest.mark.parametrize(
    ("xml", "name"),
    [(b"<domain/>", "x"), (DOMAIN, "x"), (MINIMAL_XML, "\0")],
    ids=["no domain", "another disk format", "no name"],
)
def test_a_package_that_cannot_be_read_leaves_what_was_there(tmp_path, disk, xml, name):
    out = tmp_path / "out.nxpk"
    out.write_bytes(b"before")
    with pytest.raises(BadPackage):
        write_package(out, name=name, domain_xml=xml, disk=disk)
    assert out.read_bytes() == b"before"
    assert sorted(tmp_path.iterdir()) == [disk, out]


def test_a_missing_disk_leaves_nothing(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_package(
            tmp_path / "out.nxpk",
            name="x",
            domain_xml=MINIMAL_XML,
            disk=tmp_path / "none",
        )
    assert list(tmp_path.iterdir()) == []
