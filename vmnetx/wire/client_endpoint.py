"""The client's end of one connection, as a state machine without I/O (spec 1.10).

UNAUTHENTICATED -> AUTHENTICATING -> RUNNING -> ATTACHING_VIEWER -> VIEWER.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final, get_args

from vmnetx.wire import frames, packing, texts
from vmnetx.wire.inbox import SKIP_FROM_PEERS, Ignored, Inbox, Rejected
from vmnetx.wire.messages import (
    SERVER_MESSAGES,
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
    VmStopped,
)


class ClientState(Enum):
    """Where a connection is, seen from the client."""

    UNAUTHENTICATED = auto()
    AUTHENTICATING = auto()
    RUNNING = auto()
    ATTACHING_VIEWER = auto()
    VIEWER = auto()
    CLOSED = auto()


_S = ClientState

# What arrives, and the state it leads to; what is not named is out of place. An `error`
# moves nothing: the caller decides, and while attaching there is no way back.
_RECEIVED: Final[dict[ClientState, dict[type[ServerMessage], ClientState]]] = {
    _S.UNAUTHENTICATED: {},
    _S.AUTHENTICATING: {AuthOk: _S.RUNNING, AuthFailed: _S.UNAUTHENTICATED},
    _S.RUNNING: dict.fromkeys(get_args(Event), _S.RUNNING),
    _S.ATTACHING_VIEWER: {AttachingViewer: _S.VIEWER},
}
# Old servers go on sending events until the viewer is attached; these say nothing that
# a viewer connection could act on.
_IGNORED_WHILE_ATTACHING: Final = (VmStopped, VmDestroyed)
_SENT: Final[dict[ClientState, dict[type[ClientMessage], ClientState]]] = {
    _S.UNAUTHENTICATED: {Authenticate: _S.AUTHENTICATING},
    _S.AUTHENTICATING: {},
    _S.RUNNING: {
        **dict.fromkeys(get_args(Command), _S.RUNNING),
        AttachViewer: _S.ATTACHING_VIEWER,
    },
    _S.ATTACHING_VIEWER: {},
    _S.VIEWER: {},
    _S.CLOSED: {},
}


class ClientEndpoint:
    """Reads a server's messages and frames the commands, in the order the protocol
    allows.

    Feed what came with receive() and take next_event() until it is None. The caller
    sends what send() returns, and answers each Rejected with its `answer`. Messages of
    unknown types are passed over: an `error` about them would make an old server hang
    up.
    """

    def __init__(self) -> None:
        self._inbox = Inbox(SERVER_MESSAGES)
        self.state = ClientState.UNAUTHENTICATED

    def receive(self, data: bytes) -> None:
        """Take bytes as they came from the server."""
        self._inbox.feed(data)

    def next_event(self) -> ServerMessage | Rejected | None:
        """Return the next message that is legal now, or a Rejected one, or None."""
        while self.state in _RECEIVED:
            message = self._inbox.next_message()
            if message is None:
                return None
            event = self._admit(message)
            if event is not None:
                return event
        return None

    def _admit(
        self, message: ServerMessage | Rejected | Ignored
    ) -> ServerMessage | Rejected | None:
        if isinstance(message, Ignored):
            return None
        if isinstance(message, Rejected):
            self._close_if_final(message)
            return message
        if isinstance(message, Pong | ErrorReport):
            return message
        state = _RECEIVED[self.state].get(type(message))
        if state is not None:
            self._enter(state)
            return message
        is_attaching = self.state is ClientState.ATTACHING_VIEWER
        if is_attaching and isinstance(message, _IGNORED_WHILE_ATTACHING):
            return None
        return Rejected(ErrorReport(texts.INVALID_STATE))

    def _close_if_final(self, rejected: Rejected) -> None:
        if rejected.is_final:
            self.state = ClientState.CLOSED

    def _enter(self, state: ClientState) -> None:
        self.state = state
        if state is ClientState.RUNNING:
            self._inbox.skip_limit = SKIP_FROM_PEERS

    def send(self, message: ClientMessage) -> bytes:
        """Return the bytes that say `message`, and move to the state that it leads to.

        An ErrorReport, the answer to a Rejected, may be sent until the viewer is
        attached. ValueError if `message` may not be said now, or a field cannot be
        written.
        """
        state = _SENT[self.state].get(type(message))
        if state is None and not self._may_report(message):
            raise ValueError(f"{message.kind} cannot be sent while {self.state.name}")
        data = frames.encode(packing.encode(message))
        self.state = state or self.state
        return data

    def _may_report(self, message: ClientMessage) -> bool:
        is_viewer = self.state is ClientState.VIEWER
        return isinstance(message, ErrorReport) and not is_viewer

    def take_raw(self) -> bytes:
        """Return what the server sent behind `attaching-viewer`: it is SPICE."""
        if self.state is not ClientState.VIEWER:
            raise ValueError(f"no raw bytes while {self.state.name}")
        return self._inbox.take_rest()
