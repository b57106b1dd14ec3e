from __future__ import annotations

import pytest

from olive_portal.oai import arguments
from olive_portal.oai.errors import Code, Refused


def codes(*pairs):
    with pytest.raises(Refused) as refused:
        arguments.read(pairs)
    return [problem.code for problem in refused.value.problems]


def test_the_order_of_arguments_does_not_matter():
    pairs = [("verb", "GetRecord"), ("identifier", "oai:x:1"), ("metadataPrefix", "p")]
    assert arguments.read(pairs) == arguments.read(pairs[::-1])


def test_every_complaint_is_told():
    told = codes(("verb", "GetRecord"), ("set", "a"), ("identifier", ""))
    assert (
        told == [Code.BAD_ARGUMENT] * 3
    )  # set is unknown, a prefix missing, one empty


def test_nothing_else_is_said_to_a_wrong_verb():
    assert codes(("verb", "getrecord"), ("until", "never")) == [Code.BAD_VERB]


def test_a_day_is_all_of_its_seconds():
    read = arguments.read(
        [
            *(("verb", "ListRecords"), ("metadataPrefix", "oai_dc")),
            *(("from", "2024-02-29"), ("until", "2024-02-29")),
        ]
    )
    assert read.selection.start == "2024-02-29T00:00:00Z"
    assert read.selection.end == "2024-02-29T23:59:59Z"


@pytest.mark.parametrize("text", ["2024-02-29", "2024-02-29T23:59:59Z"])
def test_a_date_of_the_calendar_is_a_moment(text):
    assert arguments.is_moment(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "2002", "2002-02", "2002-02-30", "2002-13-01", "0000-01-01"),
        *("2002-02-05T00:00Z", "2002-02-05T00:00:00", "2002-02-05T24:00:00Z"),
        *("2002-02-05T00:00:00z", "2002-02-05t00:00:00Z", "2002-02-05T00:00:00.5Z"),
        *("2002-02-05T00:00:00+01:00", " 2002-02-05", "2002-02-05 ", "2002-02-05\n"),
        *("\uff12002-02-05", "-2002-02-05", "20020205"),
    ],
)
def test_nothing_else_is_a_moment(text):
    assert not arguments.is_moment(text)
