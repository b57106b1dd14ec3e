from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmnetx.wire.frames import MAX_BODY, FrameDecoder, Oversized, encode


@pytest.fixture
def decoder():
    return FrameDecoder()


def frames_of(decoder):
    return list(iter(decoder.next_frame, None))


def test_a_frame_is_its_length_and_its_body():
    assert encode(b"body") == b"\0\0\0\4body"


def test_the_largest_body_is_one_mebibyte():
    assert len(encode(bytes(MAX_BODY))) == 4 + 1048576


@pytest.mark.parametrize("size", [0, MAX_BODY + 1])
def test_a_body_that_peers_choke_on_is_not_framed(size):
    with pytest.raises(ValueError, match=f"{size} bytes; a frame holds 1 to 1048576"):
        encode(bytes(size))


def test_a_body_of_exactly_one_mebibyte_is_read(decoder):
    decoder.feed(encode(b"\xc0" * MAX_BODY))
    assert frames_of(decoder) == [b"\xc0" * MAX_BODY]


def test_an_empty_frame_is_an_empty_body_and_framing_goes_on(decoder):
    decoder.feed(b"\0\0\0\0" + encode(b"next"))
    assert frames_of(decoder) == [b"", b"next"]


def test_an_oversized_frame_is_reported_at_once_and_skipped_as_it_comes(decoder):
    decoder.feed((MAX_BODY + 1).to_bytes(4, "big") + b"abc")
    assert frames_of(decoder) == [Oversized(MAX_BODY + 1)]
    decoder.feed(bytes(MAX_BODY - 2))
    assert frames_of(decoder) == []
    decoder.feed(encode(b"next"))
    assert frames_of(decoder) == [b"next"]


def test_a_skipped_body_is_never_held(decoder):
    decoder.feed(b"\xff\xff\xff\xff" + bytes(65536))
    assert frames_of(decoder) == [Oversized(2**32 - 1)]
    decoder.feed(bytes(65536))
    assert decoder.take_rest() == b""


def test_what_follows_the_last_frame_can_be_taken_raw(decoder):
    decoder.feed(encode(b"last") + b"REDQ")
    assert decoder.next_frame() == b"last"
    assert decoder.take_rest() == b"REDQ"
    assert decoder.take_rest() == b""


BODIES = st.lists(
    st.one_of(st.binary(max_size=40), st.integers(MAX_BODY + 1, MAX_BODY + 9)),
    max_size=4,
)


@given(BODIES, st.lists(st.integers(1, 70), max_size=20))
def test_how_the_bytes_are_cut_changes_nothing(bodies, sizes):
    stream = b"".join(
        body.to_bytes(4, "big") + bytes(body)
        if isinstance(body, int)
        else len(body).to_bytes(4, "big") + body
        for body in bodies
    )
    decoder, found = FrameDecoder(), []
    cuts = [0, *itertools.accumulate(sizes), len(stream)]
    for start, end in itertools.pairwise(cuts):
        decoder.feed(stream[start:end])
        found += frames_of(decoder)
    assert found == [Oversized(b) if isinstance(b, int) else b for b in bodies]


@given(st.lists(st.binary(max_size=100), max_size=50))
def test_no_bytes_at_all_break_the_decoder(pieces):
    decoder = FrameDecoder()
    for piece in pieces:
        decoder.feed(piece)
        frames_of(decoder)
    assert len(decoder.take_rest()) <= sum(map(len, pieces))
