"""The gateway: the TCP listener of the thin-client protocol, and its connections.

    listener -> Admission -> Connection -> ServerEndpoint
                                 |  message mode: events of its GatewayInstance
                                 |  viewer mode: raw bytes to and from SPICE

asyncio keeps the listener alive: a peer that resets before it is accepted is nobody's
error, and when descriptors run out accepting is tried again a second later.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Sequence
from typing import Final

from vmnetx.server.gateway_connection import Connection
from vmnetx.server.gateway_instance import GatewayInstance, Lookup
from vmnetx.server.gateway_limits import Admission, GatewayLimits
from vmnetx.server.gateway_streams import READ_SIZE

__all__ = ["PORT", "Gateway", "GatewayInstance", "GatewayLimits", "Lookup"]

logger = logging.getLogger(__name__)

PORT: Final = 18923
_BACKLOG: Final = 256
_HANDSHAKE_SECONDS: Final = 10.0


class Gateway:
    """Listens, admits, and serves each client as a task of its own."""

    def __init__(self, lookup: Lookup, limits: GatewayLimits | None = None) -> None:
        self._lookup = lookup
        self._limits = limits or GatewayLimits()
        self._admission = Admission(self._limits)
        self._connections: dict[asyncio.Task[None], Connection] = {}
        self._servers: list[asyncio.Server] = []

    async def listen(
        self,
        host: str | Sequence[str] | None = None,
        port: int = PORT,
        ssl_context: ssl.SSLContext | None = None,
    ) -> int:
        """Accept clients on `host`, by default every IPv4 and IPv6 address.

        With an SSLContext they must speak TLS. May be called more than once. Returns
        the port, which is a free one for 0; OSError if it cannot be had.
        """
        server = await asyncio.start_server(
            self._on_connect,
            host,
            port,
            limit=READ_SIZE,
            backlog=_BACKLOG,
            ssl=ssl_context,
            ssl_handshake_timeout=None if ssl_context is None else _HANDSHAKE_SECONDS,
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
        for connection in self._connections.values():
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

    async def _on_connect(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        # None for a peer that reset before it was accepted.
        peer = writer.get_extra_info("peername")
        if peer is None or not self._admission.admit(peer[0]):
            writer.transport.abort()
            return
        task = asyncio.current_task()
        connection = Connection((reader, writer), self._lookup, self._limits)
        try:
            self._connections[task] = connection  # type: ignore[index]
            await connection.serve()
        finally:
            self._connections.pop(task)  # type: ignore[arg-type]
            self._admission.release(peer[0])
