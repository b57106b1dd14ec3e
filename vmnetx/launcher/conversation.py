"""One connection to a thin-client server: dialled, authenticated, messages in turn."""

from __future__ import annotations

import asyncio
import logging
import ssl
from dataclasses import dataclass, field
from typing import Final, Self

from vmnetx.errors import ProtocolError, Refused, Unreachable
from vmnetx.wire.client_endpoint import ClientEndpoint
from vmnetx.wire.inbox import Rejected
from vmnetx.wire.messages import (
    Authenticate,
    AuthFailed,
    AuthOk,
    ClientMessage,
    ErrorReport,
    ServerMessage,
)

logger = logging.getLogger(__name__)

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

READ_SIZE: Final = 64 * 1024
CONNECT_SECONDS: Final = 15.0
AUTHENTICATE_SECONDS: Final = 180.0
"""The server answers when the machine could be started, and may open it first."""
FLUSH_SECONDS: Final = 30.0


@dataclass(frozen=True)
class Dial:
    """Where a session is and what opens it. `tls` is None for plain TCP, as in 2015."""

    host: str
    port: int
    token: str = field(repr=False)
    tls: ssl.SSLContext | None = None


class Conversation:
    """Owns one connection's socket, until close() or until a viewer takes it over."""

    def __init__(self, streams: Streams) -> None:
        self.streams = streams
        self._endpoint = ClientEndpoint()

    @classmethod
    async def dial(cls, place: Dial) -> tuple[Self, AuthOk]:
        """Connect and authenticate. Raises Unreachable, Refused or ProtocolError."""
        conversation = cls(await _connect(place))
        try:
            async with asyncio.timeout(AUTHENTICATE_SECONDS):
                auth_ok = await conversation._authenticate(place.token)
        except TimeoutError:
            await conversation.abort()
            raise Unreachable("The server does not answer the authentication") from None
        except BaseException:
            await conversation.abort()
            raise
        return conversation, auth_ok

    async def _authenticate(self, token: str) -> AuthOk:
        await self.say(Authenticate(token))
        while not isinstance(answer := await self.hear(), AuthOk):
            if isinstance(answer, AuthFailed):
                raise Refused(answer.error)
            if isinstance(answer, ErrorReport):
                raise ProtocolError(f"Protocol error: {answer.message}")
        return answer

    async def say(self, message: ClientMessage) -> None:
        """Send `message`. Raises Unreachable when the link does not take it."""
        writer = self.streams[1]
        try:
            writer.write(self._endpoint.send(message))
            async with asyncio.timeout(FLUSH_SECONDS):
                await writer.drain()
        except OSError as error:
            raise Unreachable(f"The connection broke: {_reason(error)}") from error

    async def hear(self) -> ServerMessage:
        """Wait for the next message. What is malformed is passed over.

        A cancelled wait loses nothing. Raises Unreachable when the connection ends,
        and ProtocolError for a server that floods us.
        """
        while True:
            while (event := self._endpoint.next_event()) is not None:
                if not isinstance(event, Rejected):
                    return event
                _note(event)
            await self._read()

    async def _read(self) -> None:
        try:
            data = await self.streams[0].read(READ_SIZE)
        except OSError as error:
            raise Unreachable(f"The connection broke: {_reason(error)}") from error
        if not data:
            raise Unreachable("Control connection closed")
        self._endpoint.receive(data)

    def take_over(self) -> bytes:
        """Return the raw bytes that came behind `attaching-viewer`."""
        return self._endpoint.take_raw()

    async def close(self) -> None:
        """Send what is unsent for up to 30 s, and close. Never raises OSError."""
        writer = self.streams[1]
        try:
            async with asyncio.timeout(FLUSH_SECONDS):
                # With no water allowed in the buffer, drain() waits for the last byte.
                writer.transport.set_write_buffer_limits(0)
                await writer.drain()
                if writer.can_write_eof():
                    writer.write_eof()
        except (OSError, RuntimeError) as error:
            logger.debug("Unsent: %s", error)
        await self.abort()

    async def abort(self) -> None:
        """Close at once. What is unsent stays so."""
        writer = self.streams[1]
        writer.transport.abort()
        try:
            await writer.wait_closed()
        except OSError as error:
            logger.debug("Closed: %s", error)


async def _connect(place: Dial) -> Streams:
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            return await asyncio.open_connection(
                place.host, place.port, limit=READ_SIZE, ssl=place.tls
            )
    except OSError as error:
        where = f"{place.host}, port {place.port}"
        raise Unreachable(f"{where}: {_reason(error)}") from error


def _note(rejected: Rejected) -> None:
    # It is not answered: an `error` makes an old server hang up.
    logger.info("The server sent what is not valid: %s", rejected.answer.message)
    if rejected.is_final:
        raise ProtocolError(f"Protocol error: {rejected.answer.message}")


def _reason(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return error.strerror or str(error) or type(error).__name__
