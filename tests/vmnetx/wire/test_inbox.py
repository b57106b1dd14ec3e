from __future__ import annotations

import pytest

from vmnetx.wire.frames import MAX_BODY, encode
from vmnetx.wire.inbox import (
    SKIP_FROM_PEERS,
    SKIP_FROM_STRANGERS,
    Ignored,
    Inbox,
    Rejected,
)
from vmnetx.wire.messages import CLIENT_MESSAGES, ErrorReport, Ping

PING = encode(b"\x81\xa1_\xa4ping")
INVALID = Rejected(ErrorReport("Invalid message"))
TOO_LARGE = ErrorReport("Message too large")


@pytest.fixture
def inbox():
    return Inbox(CLIENT_MESSAGES)


def test_a_whole_frame_is_a_message(inbox):
    inbox.feed(PING[:-1])
    assert inbox.next_message() is None
    inbox.feed(PING[-1:])
    assert inbox.next_message() == Ping()


def test_an_empty_frame_is_an_invalid_message_and_nothing_more(inbox):
    """The original never answered on that connection again (10.1.4)."""
    inbox.feed(bytes(4) + PING)
    assert inbox.next_message() == INVALID
    assert inbox.next_message() == Ping()


def test_a_mebibyte_of_nonsense_is_read_whole(inbox):
    inbox.feed(encode(b"\xc0" * MAX_BODY) + PING)
    assert inbox.next_message() == INVALID
    assert inbox.next_message() == Ping()


def test_a_type_of_the_other_direction_is_ignored_by_whoever_may(inbox):
    inbox.feed(encode(b"\x81\xa1_\xa4pong"))
    assert inbox.next_message() == Ignored()


def test_a_byte_too_many_is_answered_at_once_and_skipped(inbox):
    inbox.feed((MAX_BODY + 1).to_bytes(4, "big"))
    assert inbox.next_message() == Rejected(TOO_LARGE, is_final=False)
    inbox.feed(bytes(MAX_BODY + 1) + PING)
    assert inbox.next_message() == Ping()


@pytest.mark.parametrize("limit", [SKIP_FROM_STRANGERS, SKIP_FROM_PEERS])
def test_an_absurd_length_is_the_last(inbox, limit):
    """The original read all of 4 GiB and threw it away (10.1.7)."""
    inbox.skip_limit = limit
    inbox.feed((limit + 1).to_bytes(4, "big"))
    assert inbox.next_message() == Rejected(TOO_LARGE, is_final=True)


@pytest.mark.parametrize("limit", [SKIP_FROM_STRANGERS, SKIP_FROM_PEERS])
def test_the_largest_length_that_is_skipped(inbox, limit):
    inbox.skip_limit = limit
    inbox.feed(limit.to_bytes(4, "big"))
    assert inbox.next_message() == Rejected(TOO_LARGE, is_final=False)


def test_raw_bytes_behind_the_messages_can_be_taken(inbox):
    inbox.feed(PING + b"REDQ")
    assert inbox.next_message() == Ping()
    assert inbox.take_rest() == b"REDQ"
