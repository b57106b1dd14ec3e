"""What goes over the wire, byte for byte."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmnetx.cache import nbd
from vmnetx.errors import ProtocolError

SIZE = 0x1234567890
GO = struct.pack(">I", 7) + b"package" + struct.pack(">HH", 1, 3)


def reply(option, kind, data=b""):
    return struct.pack(">QIII", 0x3E889045565A9, option, kind, len(data)) + data


def test_the_greeting_is_fixed_newstyle():
    assert nbd.GREETING == b"NBDMAGICIHAVEOPT\x00\x03"


def test_go_tells_the_size_and_that_nothing_may_be_written():
    answer, has_export = nbd.answer_option(nbd.GO, GO, SIZE)
    assert has_export
    assert answer == (
        reply(7, 3, struct.pack(">HQH", 0, 0x1234567A00, 3))
        + reply(7, 3, struct.pack(">HIII", 3, 1, 65536, nbd.MAX_READ))
        + reply(7, 1)
    )


@pytest.mark.parametrize("data", [b"", b"\xff" * 9, GO.replace(b"package", b"another")])
def test_another_export_is_unknown(data):
    assert nbd.answer_option(nbd.GO, data, SIZE) == (reply(7, 2**31 + 6), False)


@pytest.mark.parametrize("option", [1, 3, 5, 6, 8, 10, 99])
def test_other_options_are_not_supported(option):
    assert nbd.answer_option(option, b"", SIZE) == (reply(option, 2**31 + 1), False)


def test_leaving_is_acknowledged():
    assert nbd.answer_option(nbd.ABORT, b"", SIZE) == (reply(2, 1), False)


def test_an_option_is_bounded():
    assert nbd.parse_option(b"IHAVEOPT" + struct.pack(">II", 7, 12)) == (7, 12)
    with pytest.raises(ProtocolError, match="8193 bytes; the limit is 8192"):
        nbd.parse_option(b"IHAVEOPT" + struct.pack(">II", 7, 8193))


def test_a_read_has_a_reply_with_its_mark():
    header = bytes.fromhex("25609513 0000 0000") + struct.pack(">QQI", 77, 4096, 512)
    request = nbd.parse_request(header)
    assert request == nbd.Request(nbd.READ, 77, 4096, 512)
    assert (
        nbd.reply(request, b"data") == struct.pack(">IIQ", 0x67446698, 0, 77) + b"data"
    )
    assert nbd.failure(request, 5) == struct.pack(">IIQ", 0x67446698, 5, 77)


def test_a_write_ends_the_conversation():
    header = bytes.fromhex("25609513 0000 0001") + struct.pack(">QQI", 1, 0, 512)
    with pytest.raises(ProtocolError, match="read-only"):
        nbd.parse_request(header)


@given(st.binary(min_size=28, max_size=28), st.binary(min_size=16, max_size=16))
def test_any_bytes_are_a_request_or_an_error(request, option):
    for parse, header in ((nbd.parse_request, request), (nbd.parse_option, option)):
        with suppress(ProtocolError):
            parse(header)
