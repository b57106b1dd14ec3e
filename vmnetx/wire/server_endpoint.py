"""The server's end of one connection, as a state machine without I/O (spec 1.10).

NEW -> LOOKING_UP -> AUTHENTICATED -> ATTACHING -> FORWARDING.
REFUSING has an error to send and then is CLOSED.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final, get_args

from vmnetx.wire import frames, packing, texts
from vmnetx.wire.inbox import SKIP_FROM_PEERS, Ignored, Inbox, Rejected
from vmnetx.wire.messages import (
    CLIENT_MESSAGES,
    AttachingViewer,
    AttachViewer,
    Authenticate,
    AuthFailed,
    AuthOk,
    ClientMessage,
    Command,
    ErrorReport,
    Event,
    Pong,
    ServerMessage,
    VmDestroyed,
)


class ServerState(Enum):
    """Where a connection is, seen from the server."""

    NEW = auto()
    LOOKING_UP = auto()
    AUTHENTICATED = auto()
    ATTACHING = auto()
    FORWARDING = auto()
    REFUSING = auto()
    CLOSED = auto()


_S = ServerState
_NOT_AUTHENTICATED = ErrorReport(texts.NOT_AUTHENTICATED)
_ALREADY_AUTHENTICATED = ErrorReport(texts.ALREADY_AUTHENTICATED)

# What arrives: the state it leads to, or the error that answers it. In the states that
# are not named nothing is read, so what a client pipelines waits for its turn, or for
# SPICE.
_RECEIVED: Final[
    dict[ServerState, dict[type[ClientMessage], ServerState | ErrorReport]]
] = {
    _S.NEW: {
        **dict.fromkeys(get_args(Command), _NOT_AUTHENTICATED),
        Authenticate: _S.LOOKING_UP,
        ErrorReport: _S.CLOSED,
    },
    _S.AUTHENTICATED: {
        **dict.fromkeys(get_args(Command), _S.AUTHENTICATED),
        Authenticate: _ALREADY_AUTHENTICATED,
        AttachViewer: _S.ATTACHING,
        ErrorReport: _S.CLOSED,
    },
}
# What may be sent, and the state that it leads to. No event is legal while ATTACHING.
_SENT: Final[dict[ServerState, dict[type[ServerMessage], ServerState]]] = {
    _S.NEW: {ErrorReport: _S.NEW},
    _S.LOOKING_UP: {AuthOk: _S.AUTHENTICATED, AuthFailed: _S.NEW},
    _S.AUTHENTICATED: {
        **dict.fromkeys(get_args(Event), _S.AUTHENTICATED),
        Pong: _S.AUTHENTICATED,
        ErrorReport: _S.AUTHENTICATED,
        VmDestroyed: _S.CLOSED,
    },
    _S.ATTACHING: {AttachingViewer: _S.FORWARDING, ErrorReport: _S.AUTHENTICATED},
    _S.FORWARDING: {},
    _S.REFUSING: {ErrorReport: _S.CLOSED},
    _S.CLOSED: {},
}


class ServerEndpoint:
    """Reads a client's messages and frames the answers, in the order the protocol
    allows.

    Feed what came with receive() and take next_event() until it is None. The caller
    sends what send() returns, answers each Rejected with its `answer`, looks up each
    Authenticate, and closes when `state` is CLOSED.
    """

    def __init__(self) -> None:
        self._inbox = Inbox(CLIENT_MESSAGES)
        self.state = ServerState.NEW

    def receive(self, data: bytes) -> None:
        """Take bytes as they came from the client."""
        self._inbox.feed(data)

    def next_event(self) -> ClientMessage | Rejected | None:
        """Return the next message that is legal now, or a Rejected one, or None.

        None also while an answer to Authenticate or AttachViewer is due.
        """
        legal = _RECEIVED.get(self.state)
        if legal is None:
            return None
        message = self._inbox.next_message()
        if message is None:
            return None
        if isinstance(message, Ignored):
            return Rejected(ErrorReport(texts.UNKNOWN_TYPE))
        if isinstance(message, Rejected):
            if message.is_final:
                self.state = ServerState.REFUSING
            return message
        outcome = legal[type(message)]
        if isinstance(outcome, ErrorReport):
            return Rejected(outcome)
        self.state = outcome
        return message

    def send(self, message: ServerMessage) -> bytes:
        """Return the bytes that say `message`, and move to the state that it leads to.

        ValueError if it may not be said now, or has a field that cannot be written.
        """
        state = _SENT[self.state].get(type(message))
        if state is None:
            raise ValueError(f"{message.kind} cannot be sent while {self.state.name}")
        data = frames.encode(packing.encode(message))
        self.state = state
        if isinstance(message, AuthOk):
            self._inbox.skip_limit = SKIP_FROM_PEERS
        return data

    def may_send(self, message: ServerMessage) -> bool:
        """Say whether send() would take a message of this type now."""
        return type(message) in _SENT[self.state]

    def take_raw(self) -> bytes:
        """Return what the client sent behind `attach-viewer`: it belongs to SPICE."""
        if self.state is not ServerState.FORWARDING:
            raise ValueError(f"no raw bytes while {self.state.name}")
        return self._inbox.take_rest()
