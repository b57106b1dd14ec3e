from __future__ import annotations

import json
import tracemalloc
from contextlib import suppress
from pathlib import Path

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmnetx.wire import frames
from vmnetx.wire.messages import (
    CLIENT_MESSAGES,
    SERVER_MESSAGES,
    Authenticate,
    AuthOk,
    ErrorReport,
    Ping,
    StartupProgress,
    VmStarted,
)
from vmnetx.wire.packing import BadMessage, UnknownKind, decode, encode

DATA = Path(__file__).parents[2] / "data" / "vmnetx-vectors.json"
VECTORS = {vector["name"]: vector for vector in json.loads(DATA.read_text())}
TABLES = {"C>S": CLIENT_MESSAGES, "S>C": SERVER_MESSAGES}
TOKEN = "ABCDEFGHIJKLMNOP/abcdefghijklmnopqrst"
AUTHENTICATE = bytes.fromhex("82a15fac61757468656e746963617465a5746f6b656e")

# As Python 2 wrote them, in the order of its hashes (9.3).
HASH_ORDER = {
    "a5746f6b656eda00254142434445464748494a4b4c4d4e4f502f6162636465666768696a6b6c6d6e"
    "6f7071727374a15fac61757468656e746963617465": Authenticate(TOKEN),
    "b27365727665725f74696d656f75745f6d6178cd0131a46e616d65ab57696e646f777320332e31b2"
    "7365727665725f74696d656f75745f6d696ecd012ca57374617465a773746f70706564b06c696d69"
    "745f6d6f7573655f72617465c0a15fa7617574682d6f6b": AuthOk(
        "stopped", "Windows 3.1", None, 300, 305
    ),
    "ad636865636b5f646973706c6179c3a15faa766d2d73746172746564": VmStarted(
        check_display=True
    ),
    "a76d657373616765da0028" + 40 * "78" + "a15fa56572726f72": ErrorReport(40 * "x"),
}


def body_of(vector):
    data = bytes.fromhex(vector["hex"])
    decoder = frames.FrameDecoder()
    decoder.feed(data)
    body = decoder.next_frame()
    assert decoder.take_rest() == b""
    return body


def test_every_message_has_a_vector():
    found = {(v["direction"], v["message"]["_"]) for v in VECTORS.values()}
    assert found == {(way, kind) for way, table in TABLES.items() for kind in table}


@pytest.mark.parametrize("name", VECTORS)
def test_a_vector_reads_as_its_message(name):
    vector = VECTORS[name]
    expected = dict(vector["message"])
    table = TABLES[vector["direction"]]
    assert decode(body_of(vector), table) == table[expected.pop("_")](**expected)


# The server of 0.4 left the timeouts out of auth-ok; we always say them.
@pytest.mark.parametrize("name", sorted(VECTORS.keys() - {"auth-ok-0.4-server"}))
def test_a_message_is_written_as_its_vector(name):
    vector = VECTORS[name]
    message = decode(body_of(vector), TABLES[vector["direction"]])
    assert frames.encode(encode(message)).hex() == vector["hex"]


@pytest.mark.parametrize("fields", HASH_ORDER)
def test_the_order_of_keys_means_nothing(fields):
    message = HASH_ORDER[fields]
    table = {**CLIENT_MESSAGES, **SERVER_MESSAGES}
    count = fields.count("a15f") + len(type(message).__slots__)
    assert decode(bytes([0x80 + count]) + bytes.fromhex(fields), table) == message


def test_the_timeouts_of_a_server_of_0_4_are_unknown():
    message = decode(body_of(VECTORS["auth-ok-0.4-server"]), SERVER_MESSAGES)
    assert message == AuthOk("starting", "DOS", None, None, None)


# 9.2, without the lengths.
@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("", "Invalid message"),
        ("c1", "Invalid message"),
        ("8080", "Invalid message"),
        ("81", "Invalid message"),
        ("920102", "Invalid message"),
        ("81a16101", "Invalid message"),
        ("81a15f05", "Unknown message type"),
        (
            "81a15fac61757468656e746963617465",
            "Missing field in authenticate message: 'token'",
        ),
        ("81a15fa56572726f72", "Missing field in message: 'message'"),
        ("81a15fa4706f6e67", "Unknown message type"),
        ("81a15fa2ff00", "Unknown message type"),
        ("8101a470696e67", "Invalid message"),
        ("8180a470696e67", "Invalid message"),
        ("81a15fa470696e67c0", "Invalid message"),
    ],
)
def test_what_is_no_message_says_why(body, text):
    with pytest.raises(BadMessage) as caught:
        decode(bytes.fromhex(body), CLIENT_MESSAGES)
    assert str(caught.value) == text


def test_a_mebibyte_of_nil_is_no_message():
    with pytest.raises(BadMessage, match="Invalid message"):
        decode(b"\xc0" * frames.MAX_BODY, CLIENT_MESSAGES)


@pytest.mark.parametrize("marker", ["d925", "da0025", "db00000025", "c425", "c50025"])
def test_a_token_is_read_in_every_dialect(marker):
    body = AUTHENTICATE + bytes.fromhex(marker) + TOKEN.encode()
    assert decode(body, CLIENT_MESSAGES) == Authenticate(TOKEN)


def test_keys_and_types_are_read_as_bin_too():
    body = bytes.fromhex("81c4015fc40470696e67")
    assert decode(body, CLIENT_MESSAGES) == Ping()


def test_a_fraction_is_read_from_a_narrow_float_too():
    body = b"\x82\xa1_\xb0startup-progress\xa8fraction\xca\x3f\x00\x00\x00"
    assert decode(body, SERVER_MESSAGES) == StartupProgress(0.5)


@pytest.mark.parametrize("token", ["05", "c0", "c3", "93010203", "cb3fe0000000000000"])
def test_a_field_of_the_wrong_type_is_an_invalid_message(token):
    """The original raised past its handler and never answered again (10.1.6)."""
    with pytest.raises(BadMessage, match="Invalid message"):
        decode(AUTHENTICATE + bytes.fromhex(token), CLIENT_MESSAGES)


def test_fields_and_types_to_come_are_no_errors_of_the_fields_we_know():
    """Capabilities are announced by extra fields, which all peers ignore (10.1.16)."""
    body = msgpack.packb({"_": "ping", b"\xff": 1, "next": [{"a": 2.5}]})
    assert decode(body, CLIENT_MESSAGES) == Ping()


@pytest.mark.parametrize("size", [32, 255, 256, 65535, 65536, 100_000])
def test_no_string_is_written_as_str8_or_bin(size):
    """Android hangs up on both, old servers on the first."""
    body = encode(ErrorReport("x" * size))
    head = body[: len(body) - size]
    assert head.endswith(
        b"message\xda" + size.to_bytes(2, "big")
        if size < 65536
        else b"message\xdb" + size.to_bytes(4, "big")
    )


@pytest.mark.parametrize(
    ("count", "packed"), [(0, "00"), (127, "7f"), (128, "cc80"), (65535, "cdffff")]
)
def test_counts_take_the_unsigned_forms(count, packed):
    body = encode(AuthOk("stopped", "x", server_timeout_max=count))
    assert body.endswith(b"max" + bytes.fromhex(packed))


def test_a_value_that_peers_choke_on_is_not_written():
    with pytest.raises(ValueError, match="65536; the largest count is 65535"):
        encode(AuthOk("stopped", "x", server_timeout_max=65536))


def test_nested_headers_cannot_make_the_reader_allocate():
    """Each array header announces more entries than the whole frame has bytes."""
    body = b"\x82\xa1_\xa4ping\xa1x" + b"\xdd\x00\x0f\x00\x00" * 1000
    tracemalloc.start()
    try:
        with pytest.raises(BadMessage, match="Invalid message"):
            decode(body, CLIENT_MESSAGES)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_a_mebibyte_of_nesting_is_refused():
    with pytest.raises(BadMessage, match="Invalid message"):
        decode(b"\x91" * frames.MAX_BODY, CLIENT_MESSAGES)


@given(st.binary(max_size=200))
def test_no_body_breaks_the_reader(body):
    for table in (CLIENT_MESSAGES, SERVER_MESSAGES):
        with suppress(BadMessage):
            assert type(decode(body, table)) in table.values()


WORDS = st.text("aé_\0", max_size=4)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | WORDS
    | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner),
    max_leaves=5,
)
NAMES = st.sampled_from([*CLIENT_MESSAGES, *SERVER_MESSAGES, "other"])
FIELDS = {
    name
    for cls in [*CLIENT_MESSAGES.values(), *SERVER_MESSAGES.values()]
    for name in cls.__slots__
}
KEYS = st.sampled_from(sorted({*FIELDS, "other"}))


@given(NAMES, st.dictionaries(KEYS, VALUES), st.booleans())
def test_what_is_read_of_anything_can_be_read_again(name, values, use_bin_type):
    body = msgpack.packb({"_": name, **values}, use_bin_type=use_bin_type)
    for table in (CLIENT_MESSAGES, SERVER_MESSAGES):
        try:
            message = decode(body, table)
        except BadMessage:
            continue
        try:
            written = encode(message)
        except ValueError:
            # Read leniently: a count or a state that we would not say ourselves.
            assert isinstance(message, AuthOk)
        else:
            assert decode(written, table) == message


def test_an_unknown_type_can_be_told_from_a_bad_message():
    with pytest.raises(UnknownKind):
        decode(msgpack.packb({"_": "io-failed"}), SERVER_MESSAGES)
