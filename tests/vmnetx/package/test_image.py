from __future__ import annotations

import struct
import subprocess

import pytest

from tests.vmnetx.package.samples import qcow2
from vmnetx.errors import BadPackage
from vmnetx.package.image import MAX_VIRTUAL_SIZE, check_disk

MIB = 1024 * 1024


def check(data, disk_format="qcow2"):
    return check_disk(lambda at, n: data[at : at + n], len(data), disk_format)


def make(path, *options):
    subprocess.run(
        ["qemu-img", "create", "-q", "-f", "qcow2", *options, path, "1M"], check=True
    )
    return path


def extension(kind, data):
    padded = data.ljust(-(-len(data) // 8) * 8, b"\0")
    return struct.pack(">II", kind, len(data)) + padded


@pytest.mark.parametrize(
    "options",
    [
        "compat=0.10",
        "compat=1.1",
        "compat=1.1,lazy_refcounts=on",
        "compat=1.1,compression_type=zstd",
        "compat=1.1,extended_l2=on",
        "cluster_size=512",
        "cluster_size=2M",
    ],
)
def test_what_qemu_makes_tells_its_size(tmp_path, options):
    data = make(tmp_path / "d", "-o", options).read_bytes()
    assert check(data) == MIB


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["-b", "other", "-F", "qcow2"], "has a backing file"),
        (["-b", "other", "-F", "qcow2", "-o", "compat=0.10"], "has a backing file"),
        (["-o", "data_file=raw"], "needs the features 0x4"),
        (
            [
                *("--object", "secret,id=s,data=password"),
                *("-o", "encrypt.format=aes,encrypt.key-secret=s"),
            ],
            "is encrypted",
        ),
    ],
    ids=["backing", "old backing", "data file", "aes"],
)
def test_an_image_that_names_another_file_or_is_encrypted_is_refused(
    tmp_path, monkeypatch, options, reason
):
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "other")
    data = make(tmp_path / "d", *options).read_bytes()
    with pytest.raises(BadPackage, match=reason):
        check(data)


@pytest.mark.parametrize("version", [2, 3])
def test_the_sample_is_sound(version):
    assert check(qcow2(version=version)) == MIB


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"magic": b"QED\0"}, "not qcow2 of version 2 or 3"),
        ({"version": 1}, "not qcow2"),
        ({"version": 4}, "not qcow2"),
        ({"backing_at": 1}, "a backing file"),
        ({"backing_at": 1, "version": 2}, "a backing file"),
        ({"encryption": 1}, "encrypted"),
        ({"encryption": 2}, "encrypted"),
        ({"cluster_bits": 8}, "clusters of 2"),
        ({"cluster_bits": 22}, "clusters of 2"),
        ({"features": 0b10}, "needs the features 0x2"),
        ({"features": 0b100}, "needs the features 0x4"),
        ({"features": 0b100000}, "needs the features 0x20"),
        ({"features": 1 << 63}, "needs the features"),
        ({"length": 96}, "a header of 96 bytes"),
        ({"length": 105}, "a header of 105 bytes"),
        ({"length": 2**32 - 8}, "a header of"),
        ({"size": 0}, "Disk of 0 bytes"),
        ({"size": MIB + 1}, "must be a multiple of 512"),
        ({"size": MAX_VIRTUAL_SIZE + 512}, "at most"),
        ({"size": 2**64 - 512}, "at most"),
        ({"extensions": extension(0xE2792ACA, b"raw")}, "a backing file's format"),
        ({"extensions": extension(0x44415441, b"/etc/passwd")}, "an external data"),
        ({"extensions": extension(0x0537BE77, bytes(16))}, "encryption"),
        ({"version": 2, "extensions": extension(0x44415441, b"/x")}, "an external"),
        (
            {"extensions": extension(1, b"x") + extension(0x44415441, b"/x")},
            "an external data file",
        ),
        ({"extensions": struct.pack(">II", 1, 2**32 - 1)}, "without end"),
        ({"extensions": extension(1, b"") * 9000}, "without end"),
    ],
)
def test_a_header_that_qemu_should_not_see_is_refused(fields, reason):
    with pytest.raises(BadPackage, match=reason):
        check(qcow2(**fields))


def test_extensions_are_looked_for_in_the_first_cluster_only():
    """QEMU reads no further either."""
    with pytest.raises(BadPackage, match="without end"):
        check(qcow2(cluster_bits=9, extensions=extension(1, bytes(600))))


def test_unknown_extensions_are_harmless():
    assert check(qcow2(extensions=extension(0x6803F857, bytes(48)))) == MIB


@pytest.mark.parametrize("length", [0, 4, 71, 103])
def test_a_short_image_is_refused(length):
    with pytest.raises(BadPackage, match="too short for qcow2"):
        check(qcow2()[:length])


def test_little_of_an_image_is_read():
    asked = []

    def read(offset, length):
        asked.append((offset, length))
        return qcow2()

    check_disk(read, 2**40, "qcow2")
    assert asked == [(0, 64 * 1024)]


@pytest.mark.parametrize("size", [512, MAX_VIRTUAL_SIZE])
def test_a_raw_image_is_as_large_as_it_is(size):
    assert check_disk(None, size, "raw") == size


@pytest.mark.parametrize("size", [0, 511, 513, MAX_VIRTUAL_SIZE + 512])
def test_a_raw_image_of_no_whole_sectors_is_refused(size):
    with pytest.raises(BadPackage, match=f"Disk of {size} bytes"):
        check_disk(None, size, "raw")
