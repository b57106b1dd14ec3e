"""What an `error` or `auth-failed` says. Peers of 2015 show these literally."""

from __future__ import annotations

from typing import Final

ALREADY_AUTHENTICATED: Final = "Already authenticated"
AUTHENTICATION_FAILED: Final = "Authentication failed"
CANNOT_CONNECT_VIEWER: Final = "Couldn't connect viewer"
CANNOT_START: Final = "Can't start VM unless it is stopped"
CANNOT_STOP: Final = "Can't stop VM unless it is running"
INVALID_MESSAGE: Final = "Invalid message"
INVALID_STATE: Final = "Invalid state for operation"
MESSAGE_TOO_LARGE: Final = "Message too large"
NOT_AUTHENTICATED: Final = "Not authenticated"
UNKNOWN_TYPE: Final = "Unknown message type"
UNSUPPORTED: Final = "Unsupported operation"


def missing_field(field: str) -> str:
    """For an `error`, and for everything that a client receives."""
    return f"Missing field in message: '{field}'"


def missing_field_of(kind: str, field: str) -> str:
    """For a command that a server receives: it names the message too."""
    return f"Missing field in {kind} message: '{field}'"
