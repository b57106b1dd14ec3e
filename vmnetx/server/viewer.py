"""The viewer WebSocket: a machine's screen in a browser (docs/reference/viewer.md).

A page cannot read why a handshake was refused, but it can read a close code; so every
handshake that is one is accepted, and what is wrong is said by closing.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from vmnetx.errors import Absent, MachineFailed
from vmnetx.machine.machine import Machine
from vmnetx.server import tokens
from vmnetx.server.gateway_instance import STREAM_LIMIT
from vmnetx.server.instance import Instance
from vmnetx.server.relay import (
    BROKEN,
    ENDED,
    FORBIDDEN,
    NOT_RUNNING,
    RELAYED_MESSAGE,
    TRY_AGAIN,
    Closing,
    Relay,
    Side,
)

logger = logging.getLogger(__name__)

PROTOCOL = "binary"
TOKEN_PREFIX = "token."  # noqa: S105  the name of a header's part


@dataclass(frozen=True)
class ViewerLimits:
    """Every wait and number of the viewer. Times are seconds."""

    start_seconds: float = 20.0
    """How long a viewer that comes early waits for its machine."""
    slow_seconds: float = 20.0
    """How long one piece may take to a viewer that does not read."""
    ping_seconds: float = 30.0
    closing_seconds: float = 2.0
    viewers_per_instance: int = 16
    viewers: int = 1024


class Viewer:
    """The WebSocket's handlers. `find` gives an instance for its id."""

    def __init__(
        self,
        find: Callable[[str], Instance | None],
        origins: frozenset[str],
        limits: ViewerLimits | None = None,
    ) -> None:
        self._find = find
        self._origins = origins
        self._limits = limits or ViewerLimits()
        self._open: Counter[str] = Counter()

    @property
    def connections(self) -> int:
        """How many are looking, at all machines."""
        return self._open.total()

    def application(self) -> web.Application:
        application = web.Application()
        application.add_routes(
            [web.get("/viewer/{id}", self._view), web.get("/health", self._health)]
        )
        return application

    async def _health(self, request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _view(self, request: web.Request) -> web.StreamResponse:
        offered = _offered(request)
        if PROTOCOL not in offered:
            # aiohttp would log all that was offered, the token with it.
            return web.Response(status=400, text="Offer the subprotocol binary")
        web_socket = self._web_socket()
        await web_socket.prepare(request)
        try:
            instance = self._admit(request, offered)
            await self._serve(web_socket, instance)
        except Closing as closing:
            await self._close(web_socket, request, closing)
        return web_socket

    def _web_socket(self) -> web.WebSocketResponse:
        return web.WebSocketResponse(
            protocols=(PROTOCOL,),
            heartbeat=self._limits.ping_seconds,
            timeout=self._limits.closing_seconds,
            # The screen is compressed already (Tight, ZRLE): deflating it again costs
            # a core and saves nothing.
            compress=False,
            max_msg_size=RELAYED_MESSAGE,
        )

    def _admit(self, request: web.Request, offered: list[str]) -> Instance:
        """The instance that the token opens, or Closing: one answer for all doubts."""
        origin = request.headers.get("Origin")
        if self._origins and origin is not None and origin not in self._origins:
            raise Closing(FORBIDDEN, "this page may not view machines")
        given = next((p for p in offered if p.startswith(TOKEN_PREFIX)), "")
        instance = self._find(request.match_info["id"])
        secret = tokens.viewer_token() if instance is None else _secret(instance)
        is_right = tokens.is_same(given.removeprefix(TOKEN_PREFIX), secret)
        if instance is None or not is_right:
            logger.info("event=viewer-refused remote=%s", request.remote)
            raise Closing(FORBIDDEN, "wrong token, or no such machine")
        return instance

    async def _serve(
        self, web_socket: web.WebSocketResponse, instance: Instance
    ) -> None:
        if (
            self._open[instance.id] >= self._limits.viewers_per_instance
            or self.connections >= self._limits.viewers
        ):
            raise Closing(TRY_AGAIN, "too many viewers")
        self._open[instance.id] += 1
        logger.info(
            "event=viewer instance=%s viewers=%d", instance.id, self.connections
        )
        try:
            with instance.watching():
                await self._show(web_socket, instance)
        finally:
            self._open[instance.id] -= 1
            if not self._open[instance.id]:
                del self._open[instance.id]

    async def _show(
        self, web_socket: web.WebSocketResponse, instance: Instance
    ) -> None:
        try:
            machine = await instance.running_machine(self._limits.start_seconds)
            screen = await asyncio.open_unix_connection(
                _screen(machine), limit=STREAM_LIMIT
            )
        except Absent as error:
            raise Closing(ENDED, "the machine has ended") from error
        except (MachineFailed, OSError) as error:
            raise Closing(NOT_RUNNING, "the machine is not running") from error
        _send_at_once(web_socket)
        relay = Relay(web_socket, screen, self._limits.slow_seconds)
        if await relay.run() is Side.MACHINE:
            await self._explain_the_end(instance, machine)

    async def _explain_the_end(self, instance: Instance, machine: Machine) -> None:
        """The screen was closed on QEMU's side: because the machine is going?"""
        await instance.left_by(machine, seconds=1.0)
        if instance.status == "terminating":
            raise Closing(ENDED, "the machine has ended")
        if instance.status == "running":
            raise Closing(BROKEN, "the screen was closed")
        raise Closing(NOT_RUNNING, "the machine is not running")

    async def _close(
        self,
        web_socket: web.WebSocketResponse,
        request: web.Request,
        closing: Closing,
    ) -> None:
        logger.info("event=viewer-closed code=%d why=%r", closing.code, closing.reason)
        try:
            async with asyncio.timeout(2 * self._limits.closing_seconds):
                await web_socket.close(
                    code=closing.code, message=closing.reason.encode()
                )
        except TimeoutError:
            # It never reads. What waits for it must not stay in memory.
            if request.transport is not None:
                request.transport.abort()


def _offered(request: web.Request) -> list[str]:
    header = request.headers.get("Sec-WebSocket-Protocol", "")
    return [word.strip() for word in header.split(",")]


def _secret(instance: Instance) -> str:
    return instance.facts.viewer_token


def _screen(machine: Machine) -> str:
    if machine.vnc_socket is None:
        raise MachineFailed("The machine has no screen")
    return str(machine.vnc_socket)


def _send_at_once(web_socket: web.WebSocketResponse) -> None:
    # A mouse's movement and the screen's answer are small, and must not wait for more.
    connection = web_socket.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
