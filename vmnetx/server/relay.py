"""Bytes between a viewer's WebSocket and a machine's VNC socket, both ways.

Nothing is kept but one piece in each direction and what the two sockets' buffers hold:
who does not read is not read from.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from enum import Enum

from aiohttp import WSMessage, WSMsgType, web

# RFC 6455's own, and ours from the range that it leaves to applications.
UNSUPPORTED, BROKEN, TRY_AGAIN = 1003, 1011, 1013
FORBIDDEN, TOO_SLOW, NOT_RUNNING, ENDED = 4403, 4408, 4409, 4410

PIECE = 256 * 1024
# Pasted text is the longest thing that a viewer says.
RELAYED_MESSAGE = 1024 * 1024
OVER = {WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR}


class Closing(Exception):
    """The conversation is over: a close code, and a reason for the page's console.

    viewer.Viewer answers it.
    """

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Side(Enum):
    VIEWER = "viewer"
    MACHINE = "machine"


class Relay:
    """One viewer's bytes. Owns the VNC socket, and closes it however run() ends."""

    def __init__(
        self,
        web_socket: web.WebSocketResponse,
        screen: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        slow_seconds: float,
    ) -> None:
        self._web_socket = web_socket
        self._reader, self._writer = screen
        self._slow_seconds = slow_seconds

    async def run(self) -> Side:
        """Return when one side has ended, and which. Raises Closing."""
        ways = [
            asyncio.create_task(self._to_viewer()),
            asyncio.create_task(self._to_machine()),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.wait(ways)
            # Not close(): that waits for a machine which reads no more.
            self._writer.transport.abort()
            with suppress(OSError):
                await self._writer.wait_closed()
        return next(way.result() for way in ways if not way.cancelled())

    async def _to_viewer(self) -> Side:
        while True:
            try:
                piece = await self._reader.read(PIECE)
            except ConnectionError:
                return Side.MACHINE
            if not piece:
                return Side.MACHINE
            try:
                async with asyncio.timeout(self._slow_seconds):
                    await self._web_socket.send_bytes(piece)
            except TimeoutError:
                raise Closing(TOO_SLOW, "the viewer is too slow") from None
            except ConnectionError:
                return Side.VIEWER

    async def _to_machine(self) -> Side:
        while (message := await self._web_socket.receive()).type not in OVER:
            try:
                self._writer.write(_bytes(message))
                async with asyncio.timeout(self._slow_seconds):
                    await self._writer.drain()
            except TimeoutError:
                raise Closing(BROKEN, "the machine does not listen") from None
            except ConnectionError:
                return Side.MACHINE
        return Side.VIEWER


def _bytes(message: WSMessage) -> bytes:
    if message.type is not WSMsgType.BINARY:
        raise Closing(UNSUPPORTED, "only binary messages are understood")
    data: bytes = message.data
    return data
