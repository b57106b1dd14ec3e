from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from olive_portal.launch.ranges import Span, Unsatisfiable, parse


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-0", Span(0, 1)),
        ("bytes=0-99", Span(0, 100)),
        ("bytes=10-19", Span(10, 10)),
        ("bytes=10-", Span(10, 90)),
        ("bytes=99-", Span(99, 1)),
        ("bytes=-1", Span(99, 1)),
        ("bytes=-100", Span(0, 100)),
        ("bytes=-65558", Span(0, 100)),
        ("bytes=90-65626", Span(90, 10)),
        ("bytes=0-9999999999999999999", Span(0, 100)),
        ("Bytes=5-6", Span(5, 2)),
        (" bytes = 5-6 ", Span(5, 2)),
    ],
)
def test_one_range_is_those_bytes(header, span):
    assert parse(header, 100) == span


@pytest.mark.parametrize(
    "header",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=5-4",
        "bytes=a-b",
        "bytes=1-2x",
        "bytes=+1-2",
        "bytes=\u0661-\u0662",
        "bytes=0-1,5-6",
        "lines=1-2",
        "bytes=" + "9" * 5000 + "-",
    ],
)
def test_what_is_not_one_good_range_means_the_whole_file(header):
    assert parse(header, 100) is None


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_without_a_byte_is_unsatisfiable(header):
    with pytest.raises(Unsatisfiable):
        parse(header, 100)


def test_content_range_counts_from_zero_to_the_last_byte():
    assert Span(90, 10).content_range(100) == "bytes 90-99/100"


@given(st.integers(0, 300), st.integers(0, 300), st.integers(1, 200))
def test_a_range_is_what_slicing_gives(first, last, size):
    data = bytes(index % 251 for index in range(size))
    try:
        span = parse(f"bytes={first}-{last}", size)
    except Unsatisfiable:
        assert first >= size
        return
    if span is None:
        assert last < first
    else:
        assert data[span.first :][: span.length] == data[first : last + 1]
