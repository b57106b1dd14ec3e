from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmnetx.errors import BadPackage
from vmnetx.package import memory
from vmnetx.package.memory import (
    COMPRESSIONS,
    HEADER_SIZE,
    MAX_AREA,
    SPARE,
    Area,
    SaveHeader,
)

XML = b'<domain type="kvm"/>'
# Specification 9.5.
VECTOR = (
    bytes.fromhex("4c69627669727451656d7564536176650200 0000a42f00000100000003000000")
    + bytes(60)
    + XML
    + bytes(12176)
)


def written(area, *, compression="xz"):
    header = memory.roomy(SaveHeader(0, True, compression), area)
    return memory.render(header, area)


def test_the_header_is_written_byte_for_byte():
    assert written(Area(XML)) == VECTOR


def test_the_header_is_read():
    header = memory.parse_header(VECTOR + b"stream")
    assert header == SaveHeader(12196, True, "xz")
    assert header.body_offset == 12288
    assert memory.parse_area(header, VECTOR[HEADER_SIZE:]) == Area(XML)


@pytest.mark.parametrize(
    ("length", "area"),
    [
        (1, 12196),
        (20, 12196),
        (4003, 12196),
        (4004, 16292),
        (8099, 16292),
        (20000, 28580),
    ],
)
def test_the_area_has_room_and_ends_on_a_page(length, area):
    """Specification 9.5."""
    header = memory.roomy(SaveHeader(0, True, "xz"), Area(b"x" * length))
    assert header.area_length == area


def test_an_area_with_room_stays_as_it_is():
    header = SaveHeader(5 + 1 + SPARE, False, "raw")
    assert memory.roomy(header, Area(b"x" * 5)) is header
    assert memory.roomy(header, Area(b"x" * 6)) is not header


@given(
    st.binary(min_size=1, max_size=300).filter(lambda xml: b"\0" not in xml),
    st.binary(max_size=300).filter(lambda cookie: b"\0" not in cookie),
    st.sampled_from(COMPRESSIONS),
    st.booleans(),
)
def test_what_is_written_is_read_back(xml, cookie, compression, was_running):
    area = Area(xml, cookie)
    header = memory.roomy(SaveHeader(0, was_running, compression), area)
    data = memory.render(header, area)
    read = memory.parse_header(data)
    assert memory.parse_area(read, data[HEADER_SIZE:]) == area
    assert (read.compression, read.was_running) == (compression, was_running)
    assert len(data) == read.body_offset
    assert read.body_offset % memory.PAGE == 0


def test_an_area_is_replaced_without_moving_the_stream():
    header = SaveHeader(100, True, "raw", cookie_offset=50)
    data = memory.render(header, Area(b"x" * 99))
    assert len(data) == HEADER_SIZE + 100
    assert memory.parse_header(data).cookie_offset == 0
    with pytest.raises(BadPackage, match="too large: 101 bytes for 100"):
        memory.render(header, Area(b"x" * 100))


def test_a_newer_libvirts_cookie_is_read():
    """Specification 4.6: 2015 refused it."""
    data = bytearray(VECTOR)
    struct.pack_into("<I", data, 32, 600)
    data[HEADER_SIZE + 600 : HEADER_SIZE + 606] = b"cookie"
    header = memory.parse_header(data)
    area = memory.parse_area(header, bytes(data[HEADER_SIZE:]))
    assert area == Area(XML, b"cookie")


@pytest.mark.parametrize(
    ("offset", "value", "reason"),
    [
        (0, 0, "Invalid memory image magic"),
        (16, 1, "Unknown memory image version 1"),
        (16, 3, "Unknown memory image version 3"),
        (20, 0, "has 0 bytes of XML"),
        (20, 1, "has 1 bytes of XML"),
        (20, MAX_AREA + 1, f"must be 2 to {MAX_AREA}"),
        (20, 2**32 - 1, "has 4294967295 bytes of XML"),
        (24, 2, "running state 2"),
        (28, 6, "Unknown memory image compression 6"),
        (32, 12196, "cookie outside"),
        (36, 1, "Unused header values not 0"),
        (88, 1, "Unused header values not 0"),
    ],
)
def test_a_wrong_header_is_refused(offset, value, reason):
    data = bytearray(VECTOR)
    struct.pack_into("<I", data, offset, value)
    with pytest.raises(BadPackage, match=reason):
        memory.parse_header(data)


def test_a_short_header_is_refused():
    with pytest.raises(BadPackage, match="too short"):
        memory.parse_header(VECTOR[: HEADER_SIZE - 1])


@pytest.mark.parametrize(
    ("cookie_offset", "area"),
    [(0, b"<xml>"), (0, b"<x>\0\0\0\0"), (3, b"<xm>\0"), (0, b"")],
    ids=["no end", "another length", "no end before the cookie", "nothing"],
)
def test_xml_without_an_end_is_refused(cookie_offset, area):
    header = SaveHeader(5, True, "raw", cookie_offset)
    with pytest.raises(BadPackage, match="Missing NUL byte after XML"):
        memory.parse_area(header, area)
