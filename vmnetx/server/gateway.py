"""The gateway: the TCP listener of the thin-client protocol, and its connections.

    listener -> Admission -> (TLS) -> Connection -> ServerEndpoint
                                          |  message mode: events of its instance
                                          |  viewer mode: raw bytes to and from SPICE

A peer takes its place before its TLS handshake, which costs more than all that it may
say afterwards.

asyncio keeps the listener alive: a peer that resets before it is accepted is nobody's
error, and when descriptors run out accepting is tried again a second later.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable, Sequence
from typing import Final, cast

from vmnetx.server.gateway_connection import Connection
from vmnetx.server.gateway_instance import GatewayInstance, Lookup
from vmnetx.server.gateway_limits import Admission, GatewayLimits
from vmnetx.server.gateway_streams import open_streams

__all__ = ["PORT", "Gateway", "GatewayInstance", "GatewayLimits", "Lookup"]

logger = logging.getLogger(__name__)

PORT: Final = 18923
Context = Callable[[], ssl.SSLContext]
_BACKLOG: Final = 256


class Gateway:
    """Listens, admits, and serves each client as a task of its own."""

    def __init__(self, lookup: Lookup, limits: GatewayLimits | None = None) -> None:
        self._lookup = lookup
        self._limits = limits or GatewayLimits()
        self._admission = Admission(self._limits)
        self._connections: dict[asyncio.Task[None], Connection | None] = {}
        self._servers: list[asyncio.Server] = []

    async def listen(
        self,
        host: str | Sequence[str] | None = None,
        port: int = PORT,
        tls: Context | None = None,
    ) -> int:
        """Accept clients on `host`, by default every IPv4 and IPv6 address.

        With `tls`, which gives each its SSLContext, they must speak TLS. May be called
        more than once. Returns the port, which is a free one for 0; OSError if it
        cannot be had.
        """
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: _Arrival(self, tls and tls()), host, port, backlog=_BACKLOG
        )
        self._servers.append(server)
        bound: int = server.sockets[0].getsockname()[1]
        return bound

    @property
    def connections(self) -> int:
        """How many clients are connected."""
        return len(self._connections)

    async def close(self) -> None:
        """Let every client go, when what is unsent is sent. Destroy instances first."""
        # 1. Nobody new.
        for server in self._servers:
            server.close()
        # 2. Everybody hears what was still to be said, and is let go.
        for task, connection in self._connections.items():
            if connection is None:
                task.cancel()
            else:
                connection.end()
        if self._connections:
            limit = self._limits.flush_seconds + self._limits.linger_seconds
            await asyncio.wait(self._connections, timeout=limit)
        # 3. Whoever is left.
        for task in self._connections:
            task.cancel()
        for server in self._servers:
            await server.wait_closed()
        self._servers.clear()

    def welcome(
        self, transport: asyncio.Transport, ssl_context: ssl.SSLContext | None
    ) -> None:
        """Give a peer its place and its task, or reset it."""
        # None for a peer that reset before it was accepted.
        peer = transport.get_extra_info("peername")
        if (
            peer is None
            or self._strangers() >= self._limits.strangers
            or not self._admission.admit(peer[0])
        ):
            transport.abort()
            return
        task = asyncio.create_task(self._serve(transport, ssl_context))
        self._connections[task] = None

        def leave(_: asyncio.Task[None]) -> None:
            del self._connections[task]
            self._admission.release(peer[0])
            # It is closed, unless the gateway was before the peer was served.
            transport.abort()

        task.add_done_callback(leave)

    def _strangers(self) -> int:
        """None is a connection whose handshake goes on."""
        known = self._connections.values()
        return sum(each is None or each.is_stranger for each in known)

    async def _serve(
        self, transport: asyncio.Transport, ssl_context: ssl.SSLContext | None
    ) -> None:
        try:
            client = await open_streams(
                transport, ssl_context, self._limits.handshake_seconds
            )
        except OSError as error:
            logger.info("event=no-handshake why=%s", type(error).__name__)
            return
        connection = Connection(client, self._lookup, self._limits)
        task = asyncio.current_task()
        self._connections[task] = connection  # type: ignore[index]
        await connection.serve()


class _Arrival(asyncio.Protocol):
    """Holds a peer's bytes back until somebody is there to read them."""

    def __init__(self, gateway: Gateway, ssl_context: ssl.SSLContext | None) -> None:
        self._gateway = gateway
        self._ssl_context = ssl_context

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        incoming = cast("asyncio.Transport", transport)
        incoming.pause_reading()
        self._gateway.welcome(incoming, self._ssl_context)
