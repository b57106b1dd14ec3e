"""Sockets: how they are set up, joined and let go. Back-pressure is asyncio's own."""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import Final

from vmnetx.server.gateway_instance import STREAM_LIMIT, Streams

READ_SIZE: Final = 64 * 1024
PIECE: Final = 256 * 1024
# A peer that vanished is noticed after IDLE + INTERVAL * COUNT seconds of silence, or
# when what was sent to it stays unacknowledged for UNACKNOWLEDGED.
_OPTIONS: Final = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 60_000),
)
# What a peer may still send while it is being let go.
_LINGER_BYTES: Final = 1024 * 1024


async def open_streams(
    transport: asyncio.Transport, ssl_context: ssl.SSLContext | None, seconds: float
) -> Streams:
    """Streams of a transport that was paused when it was made.

    With an SSLContext the peer has `seconds` for its handshake. OSError: it failed,
    and the transport is closed.
    """
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=STREAM_LIMIT, loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    if ssl_context is None:
        transport.set_protocol(protocol)
        transport.resume_reading()
        outer: asyncio.Transport | None = transport
    else:
        outer = await loop.start_tls(
            transport,
            protocol,
            ssl_context,
            server_side=True,
            ssl_handshake_timeout=seconds,
        )
    if outer is None:
        raise ConnectionAbortedError("the peer left during its handshake")
    protocol.connection_made(outer)
    return reader, asyncio.StreamWriter(outer, protocol, reader, loop)


def set_options(writer: asyncio.StreamWriter) -> None:
    """Send small frames at once, and notice a peer that is gone without a word."""
    connection = writer.get_extra_info("socket")
    for level, option, value in _OPTIONS:
        connection.setsockopt(level, option, value)


async def join(one: Streams, other: Streams) -> None:
    """Carry bytes both ways until either side ends; the caller lets both go."""
    copies = [
        asyncio.create_task(_copy(one[0], other[1])),
        asyncio.create_task(_copy(other[0], one[1])),
    ]
    try:
        await asyncio.wait(copies, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for copy in copies:
            copy.cancel()
        await asyncio.gather(*copies, return_exceptions=True)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(PIECE):
        writer.write(data)
        await writer.drain()


async def let_go(streams: Streams, *, flush: float, linger: float) -> None:
    """Send what is unsent for `flush` seconds, end the stream, close. Never raises.

    A socket that is closed with unread bytes in it resets the connection, and the peer
    would lose our last words; so up to `linger` seconds go to reading those bytes.
    """
    reader, writer = streams
    try:
        async with asyncio.timeout(flush):
            # With no water allowed in the buffer, drain() waits for the last byte.
            writer.transport.set_write_buffer_limits(0)
            await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()
                await _linger(reader, linger)
            writer.close()
            await writer.wait_closed()
    except OSError:
        pass
    finally:
        writer.transport.abort()


async def _linger(reader: asyncio.StreamReader, seconds: float) -> None:
    left = _LINGER_BYTES
    try:
        async with asyncio.timeout(seconds):
            while left > 0 and (data := await reader.read(READ_SIZE)):
                left -= len(data)
    except TimeoutError:
        pass
