from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vmnetx.package.samples import Bytes
from vmnetx.errors import BadPackage
from vmnetx.package import memory, memory_file
from vmnetx.package.archive import Member
from vmnetx.package.binding import read_head
from vmnetx.package.memory import MAX_AREA, Area
from vmnetx.package.unpacking import Body, unpacked

AREA = Area(b'<domain type="kvm"/>')
LIMIT = 1024**2


def written(pieces, compression, area=AREA):
    file = io.BytesIO()
    memory_file.write(file, area, pieces, compression)
    return file.getvalue()


def read(data):
    member = Member("memory.img", 0, len(data))
    header, area = read_head(Bytes(data), member)
    body = Body(Bytes(data), member, header)
    return header, area, b"".join(unpacked(body, header.compression, limit=LIMIT))


@given(
    st.lists(st.binary(min_size=1, max_size=2000), min_size=1, max_size=5),
    st.sampled_from(memory_file.COMPRESSIONS),
)
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read_back(pieces, compression):
    header, area, stream = read(written(pieces, compression))
    assert (header.compression, header.was_running, area) == (compression, True, AREA)
    assert stream == b"".join(pieces)


@pytest.mark.parametrize("wanted", ["raw", "xz", "zstd"])
@pytest.mark.parametrize("found", ["raw", "xz", "gzip"])
def test_an_image_is_rewritten_with_another_header_and_compression(found, wanted):
    data = written([b"stream" * 1000], found)
    member = Member("memory.img", 0, len(data))
    header, _ = read_head(Bytes(data), member)
    file = io.BytesIO()
    other = Area(b"<domain/>", b"cookie")
    body = Body(Bytes(data), member, header)
    memory_file.rewrite(file, body, header, other, wanted)
    made, area, stream = read(file.getvalue())
    assert (made.compression, area) == (wanted, other)
    assert stream == b"stream" * 1000


def test_a_stream_of_the_wanted_compression_is_copied_as_it_is():
    data = written([b"stream" * 1000], "xz")
    member = Member("memory.img", 0, len(data))
    header, area = read_head(Bytes(data), member)
    file = io.BytesIO()
    memory_file.rewrite(file, Body(Bytes(data), member, header), header, area, "xz")
    assert file.getvalue() == data


def test_the_stream_starts_at_a_page():
    data = written([b"stream"], "raw")
    assert memory.parse_header(data).body_offset % memory.PAGE == 0


def test_an_area_beyond_all_readers_is_refused():
    with pytest.raises(BadPackage):
        written([b"stream"], "raw", Area(b"x" * MAX_AREA))
