"""Inbox: what a peer sent, as messages, with what is wrong as a value of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from vmnetx.wire import texts
from vmnetx.wire.frames import MAX_BODY, FrameDecoder, Oversized
from vmnetx.wire.messages import ErrorReport, Message
from vmnetx.wire.packing import BadMessage, UnknownKind, decode

M = TypeVar("M", bound=Message)

SKIP_FROM_STRANGERS: Final = 2 * MAX_BODY
"""Largest length that an unauthenticated peer may announce and stay connected."""
SKIP_FROM_PEERS: Final = 64 * MAX_BODY
"""The same for an authenticated one."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """Something that was not acted on. Send `answer`; then close if it `is_final`."""

    answer: ErrorReport
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class Ignored:
    """A well-formed message of an unknown type: a newer peer's, or a mistake."""


class Inbox(Generic[M]):
    """Turns a peer's bytes into the messages of one table."""

    def __init__(self, table: Mapping[str, type[M]]) -> None:
        self._table = table
        self._frames = FrameDecoder()
        self.skip_limit = SKIP_FROM_STRANGERS

    def feed(self, data: bytes) -> None:
        """Take bytes as they came from the peer."""
        self._frames.feed(data)

    def next_message(self) -> M | Rejected | Ignored | None:
        """Return the next message or why there is none; None until more bytes come."""
        frame = self._frames.next_frame()
        if frame is None:
            return None
        if isinstance(frame, Oversized):
            answer = ErrorReport(texts.MESSAGE_TOO_LARGE)
            return Rejected(answer, is_final=frame.length > self.skip_limit)
        try:
            return decode(frame, self._table)
        except UnknownKind:
            return Ignored()
        except BadMessage as error:
            return Rejected(ErrorReport(str(error)))

    def take_rest(self) -> bytes:
        """Empty the inbox of the raw bytes that follow the last message."""
        return self._frames.take_rest()
