from __future__ import annotations

from typing import get_args

import pytest

from vmnetx.wire.fields import Count, Flag, Fraction, State, Text


def kind_of(annotation):
    return get_args(annotation)[1]


def refuses(convert, value):
    with pytest.raises(ValueError, match=r"is not|is no|largest"):
        convert(value)
    return True


def test_text_is_read_whatever_its_bytes_are():
    assert kind_of(Text).read(b"caf\xc3\xa9 \xff") == "café \ufffd"


def test_text_that_no_encoding_holds_is_still_written():
    assert kind_of(Text).write("a\ud800b") == b"a?b"


@pytest.mark.parametrize("value", [None, 5, True, 1.0, (b"a",)])
def test_only_strings_are_text(value):
    assert refuses(kind_of(Text).read, value)
    assert refuses(kind_of(Text).write, value)


def test_any_state_is_read_but_only_the_five_are_written():
    assert kind_of(State).read(b"paused") == "paused"
    assert kind_of(State).write("unknown") == b"unknown"
    assert refuses(kind_of(State).write, "paused")


@pytest.mark.parametrize("value", [None, 0, 65535])
def test_a_count_that_android_can_read_is_written(value):
    assert kind_of(Count).write(value) == value


def test_a_count_that_android_cannot_read_is_not_written_but_read():
    assert refuses(kind_of(Count).write, 65536)
    assert kind_of(Count).read(2**40) == 2**40


@pytest.mark.parametrize("value", [-1, 1.0, True, b"5"])
def test_only_natural_numbers_are_counts(value):
    assert refuses(kind_of(Count).read, value)
    assert refuses(kind_of(Count).write, value)


@pytest.mark.parametrize("value", [0, 1])
def test_a_whole_fraction_becomes_a_double(value):
    """An integer on the wire makes the Android client hang up."""
    written = kind_of(Fraction).write(value)
    assert isinstance(written, float)
    assert written == value


@pytest.mark.parametrize(
    "value", [None, True, b"1", -0.1, 1.1, float("nan"), float("inf"), 2]
)
def test_a_fraction_is_a_finite_number_from_0_to_1(value):
    """The original divided by a count of chunks that could be 0 (10.1.18)."""
    assert refuses(kind_of(Fraction).read, value)
    assert refuses(kind_of(Fraction).write, value)


@pytest.mark.parametrize("value", [None, 0, 1, b"true"])
def test_only_booleans_are_flags(value):
    assert refuses(kind_of(Flag).read, value)
    assert refuses(kind_of(Flag).write, value)
