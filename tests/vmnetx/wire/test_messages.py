from __future__ import annotations

import re
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from vmnetx.wire.messages import CLIENT_MESSAGES, SERVER_MESSAGES, Authenticate

MANUAL = Path(__file__).parents[3] / "docs/reference/wire-protocol.md"


def test_the_client_says_seven_things():
    assert sorted(CLIENT_MESSAGES) == [
        "attach-viewer",
        "authenticate",
        "destroy-vm",
        "error",
        "ping",
        "start-vm",
        "stop-vm",
    ]


def test_the_server_says_eleven_things():
    assert sorted(SERVER_MESSAGES) == [
        "attaching-viewer",
        "auth-failed",
        "auth-ok",
        "error",
        "pong",
        "startup-failed",
        "startup-progress",
        "startup-rejected-memory",
        "vm-destroyed",
        "vm-started",
        "vm-stopped",
    ]


def test_only_an_error_goes_both_ways():
    assert set(CLIENT_MESSAGES) & set(SERVER_MESSAGES) == {"error"}


def test_a_message_cannot_be_changed():
    message = Authenticate("id/code")
    with pytest.raises(FrozenInstanceError):
        message.token = "another"


def test_every_message_has_its_heading_in_the_manual():
    headings = re.findall(r"^### `([a-z-]+)`$", MANUAL.read_text(), re.MULTILINE)
    assert sorted(headings) == sorted({*CLIENT_MESSAGES, *SERVER_MESSAGES})
