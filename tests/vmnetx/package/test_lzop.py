from __future__ import annotations

import contextlib
import io
import shutil
import struct
import subprocess
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lzallright import LZOCompressor

from vmnetx.errors import BadPackage
from vmnetx.package.lzop import MAGIC, MAX_BLOCK, LzopReader

ADLER32_OF_DATA, CRC32_OF_PACKED, EXTRA, FILTER = 0x1, 0x200, 0x40, 0x800
TEXT = b"You are in a maze of twisty little passages, all alike. " * 20


def header(*, flags=ADLER32_OF_DATA, version=0x1040, name=b"memory"):
    is_long = version >= 0x0940
    start = struct.pack(">HH", version, 0x20A0)
    start += b"\x09\x40\x01\x05" if is_long else b"\x01"
    times = bytes(12 if is_long else 8)
    extra = struct.pack(">I", 3) + b"xyz" + bytes(4) if flags & EXTRA else b""
    named = bytes([len(name)]) + name + bytes(4)
    return MAGIC + start + struct.pack(">I", flags) + times + named + extra


def block(data, *, flags=ADLER32_OF_DATA):
    packed = bytes(LZOCompressor().compress(data))
    is_packed = len(packed) < len(data)
    packed = packed if is_packed else data
    numbers = [len(data), len(packed)]
    if flags & ADLER32_OF_DATA:
        numbers.append(zlib.adler32(data))
    if flags & CRC32_OF_PACKED and is_packed:
        numbers.append(zlib.crc32(packed))
    return struct.pack(f">{len(numbers)}I", *numbers) + packed


def unpacked(data):
    reader = LzopReader(io.BytesIO(data).read)
    return b"".join(iter(lambda: reader.read(1000), b""))


@pytest.mark.parametrize("flags", [0, ADLER32_OF_DATA, CRC32_OF_PACKED, 0x41])
@pytest.mark.parametrize("version", [0x0930, 0x1040])
def test_blocks_are_unpacked_one_after_the_other(flags, version):
    packed = header(flags=flags, version=version)
    packed += block(TEXT, flags=flags) + block(b"twisty", flags=flags) + bytes(4)
    assert unpacked(packed) == TEXT + b"twisty"


@pytest.mark.skipif(shutil.which("lzop") is None, reason="lzop is not installed")
def test_what_lzop_packs_is_unpacked():
    data = TEXT * 1000 + bytes(2**20)
    packed = subprocess.run(["lzop", "-c"], input=data, capture_output=True, check=True)
    assert unpacked(packed.stdout) == data


def spoilt(data, at):
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "too early"),
        (b"not lzop, not at all", "not in lzop's format"),
        (header(flags=FILTER), "a filter"),
        (header()[:-3], "too early"),
        (header(), "too early"),
        (header() + block(TEXT)[:-1], "too early"),
        (header() + block(TEXT), "too early"),
        (header() + struct.pack(">II", MAX_BLOCK + 1, 1), "a block of"),
        (header() + struct.pack(">II", 1, 2), "a block of"),
        (header() + struct.pack(">II", 1, 0), "a block of"),
        (header() + spoilt(block(b"twisty"), -1), "a checksum"),
        (header() + spoilt(block(TEXT), 8), "a checksum"),
        (header(flags=0) + struct.pack(">II", 9, 3) + b"\x11\0\0", "a block's size"),
        (header(flags=0) + struct.pack(">II", 9, 3) + b"\xff\0\0", "a block of lzop"),
    ],
)
def test_what_is_damaged_is_refused(data, reason):
    with pytest.raises(BadPackage, match=reason):
        unpacked(data)


def test_a_long_extra_field_is_refused():
    packed = header(flags=EXTRA)
    at = packed.index(b"xyz") - 4
    with pytest.raises(BadPackage, match="too long a header"):
        unpacked(packed[:at] + b"\xff" + packed[at + 1 :])


@given(st.binary(max_size=400))
def test_any_bytes_are_unpacked_or_refused(data):
    with contextlib.suppress(BadPackage):
        unpacked(header(flags=0) + data)
