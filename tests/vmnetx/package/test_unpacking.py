from __future__ import annotations

import bz2
import gzip
import lzma
import os

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vmnetx.package.samples import Bytes
from tests.vmnetx.package.test_lzop import block, header
from vmnetx.errors import BadPackage, SourceChanged
from vmnetx.package.archive import Member
from vmnetx.package.memory import HEADER_SIZE, SaveHeader
from vmnetx.package.unpacking import MAX_WINDOW, PIECE, Body, unpacked

LIMIT = 64 * 1024**2
PACKERS = {
    "raw": bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "lzop": lambda data: header() + block(data[:200_000]) + bytes(4),
    "zstd": zstandard.compress,
}
DATA = os.urandom(1000) * 200


def body(stream, *, before=b"package", after=b"disk"):
    area = bytes(8)
    member = Member("memory.img", len(before), HEADER_SIZE + len(area) + len(stream))
    content = before + bytes(HEADER_SIZE) + area + stream + after
    return Body(Bytes(content), member, SaveHeader(len(area), True, "raw"))


def read(stream, compression, limit=LIMIT):
    return b"".join(unpacked(body(stream), compression, limit=limit))


@pytest.mark.parametrize("compression", PACKERS)
def test_a_stream_is_unpacked(compression):
    assert read(PACKERS[compression](DATA), compression) == DATA


@pytest.mark.parametrize("compression", PACKERS)
def test_more_than_the_limit_is_refused(compression):
    packed = PACKERS[compression](DATA)
    assert read(packed, compression, limit=len(DATA)) == DATA
    with pytest.raises(BadPackage, match="longer than 199999 bytes unpacked"):
        read(packed, compression, limit=len(DATA) - 1)


@pytest.mark.parametrize("compression", ["gzip", "bzip2", "xz", "zstd"])
def test_a_bomb_comes_in_pieces_and_ends_at_the_limit(compression):
    bomb = PACKERS[compression](bytes(LIMIT))
    assert len(bomb) < LIMIT / 100
    sizes = map(len, unpacked(body(bomb), compression, limit=LIMIT // 2))
    seen = []
    with pytest.raises(BadPackage, match="longer"):
        seen.extend(sizes)
    assert seen
    assert max(seen) <= PIECE


@pytest.mark.parametrize("compression", ["gzip", "bzip2", "xz", "lzop"])
def test_a_stream_that_ends_too_early_is_refused(compression):
    with pytest.raises(BadPackage):
        read(PACKERS[compression](DATA)[:-20], compression)


@pytest.mark.parametrize("compression", ["gzip", "bzip2", "xz", "lzop", "zstd"])
@given(noise=st.binary(min_size=1, max_size=64), at=st.integers(0, 300))
@settings(max_examples=40, deadline=None)
def test_a_damaged_stream_is_refused_or_another(compression, noise, at):
    packed = PACKERS[compression](DATA)
    try:
        found = read(packed[:at] + noise + packed[at + len(noise) :], compression)
    except BadPackage:
        return
    assert len(found) <= LIMIT


def test_a_window_that_is_too_large_is_refused():
    wide = [{"id": lzma.FILTER_LZMA2, "dict_size": 2 * MAX_WINDOW}]
    packed = bytearray(lzma.compress(DATA, lzma.FORMAT_XZ, filters=wide))
    with pytest.raises(BadPackage, match=r"[Mm]emory"):
        read(bytes(packed), "xz")
    parameters = zstandard.ZstdCompressionParameters(window_log=28)
    compressor = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    with pytest.raises(BadPackage, match="damaged"):
        read(compressor.compress(DATA) + compressor.flush(), "zstd")


def test_how_far_it_is_grows_from_the_header_to_the_whole():
    opened = body(DATA)
    fractions = [opened.fraction]
    fractions += [opened.fraction for _ in unpacked(opened, "raw", limit=LIMIT)]
    assert 0 < fractions[0] < 0.01
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1


def test_what_the_source_raises_is_not_taken_for_damage():
    class Changed(Bytes):
        def read(self, offset, length):
            raise SourceChanged("another package")

    member = Member("memory.img", 0, 200)
    opened = Body(Changed(bytes(200)), member, SaveHeader(8, True, "xz"))
    with pytest.raises(SourceChanged):
        list(unpacked(opened, "xz", limit=LIMIT))
