"""The control API: what a portal asks of this host (docs/reference/control-api.md).

Spec 2's routes and statuses, with bodies that say why. Answers are JSON, or a PNG.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from aiohttp import web

from vmnetx.errors import (
    BadPackage,
    Full,
    MachineFailed,
    Refused,
    SourceChanged,
    Unreachable,
    VmnetxError,
)
from vmnetx.server import tokens
from vmnetx.server.instance import Instance
from vmnetx.server.metrics import CONTENT_TYPE, Metrics
from vmnetx.server.registry import RETRY_SECONDS, Registry
from vmnetx.server.wishes import MAX_BODY, read_wish

logger = logging.getLogger(__name__)

BODY_SECONDS = 10.0
SCREENSHOT_SECONDS = 15.0
KEY_HEADER = "X-Secret-Key"
# They name nobody, and what asks for them has no key: a load balancer, Prometheus.
OPEN_PATHS = {"/health", "/metrics"}

# What the caller hears. Subclasses before their bases.
STATUSES: tuple[tuple[type[VmnetxError], int], ...] = (
    (Full, 503),
    (Refused, 400),
    (BadPackage, 422),
    (SourceChanged, 502),
    (Unreachable, 502),
    (MachineFailed, 409),
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Addresses:
    """Where the outside finds this server: `viewer` is the base of WebSocket URLs."""

    host: str
    port: int
    viewer: str

    def of_protocol(self, instance: Instance) -> str:
        return tokens.instance_url(self.host, self.port, instance.token)

    def of_viewer(self, instance: Instance) -> str:
        return f"{self.viewer}/viewer/{instance.id}"


class Control:
    """The API's handlers."""

    def __init__(
        self,
        registry: Registry,
        secret_key: str,
        addresses: Addresses,
        metrics: Metrics,
    ) -> None:
        self._registry = registry
        self._metrics = metrics
        self._secret_key = secret_key
        self._addresses = addresses

    def application(self) -> web.Application:
        application = web.Application(
            middlewares=[self._count, _explain, self._admit], client_max_size=MAX_BODY
        )
        application.add_routes(
            [
                web.get("/health", self._health),
                web.get("/metrics", self._figures),
                web.get("/instance", self._list),
                web.post("/instance", self._create),
                web.get("/instance/{id}", self._show),
                web.delete("/instance/{id}", self._destroy),
                web.post("/instance/{id}/restart", self._restart),
                web.get("/instance/{id}/screenshot", self._screenshot),
            ]
        )
        return application

    @web.middleware
    async def _admit(
        self, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        """Spec 2.1: first whether the server is there, then whether the key is right.

        Before the route is looked at, so that a stranger learns no routes.
        """
        if self._registry.is_closing:
            return _error(503, "The server is stopping", retry_after=RETRY_SECONDS)
        if request.path not in OPEN_PATHS:
            key = request.headers.get(KEY_HEADER)
            if key is None:
                return _error(403, "Missing secret key")
            if not tokens.is_same(key, self._secret_key):
                return _error(403, "Incorrect secret key")
        return await handler(request)

    @web.middleware
    async def _count(
        self, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        answer = await handler(request)
        if (request.method, request.path) == ("POST", "/instance"):
            self._metrics.count_creation(answer.status)
        return answer

    async def _health(self, request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _figures(self, request: web.Request) -> web.Response:
        text = self._metrics.text()
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE})

    async def _list(self, request: web.Request) -> web.Response:
        instances = [self._public(instance) for instance in self._registry]
        now = datetime.now(UTC).isoformat()
        return web.json_response({"current_time": now, "instances": instances})

    async def _create(self, request: web.Request) -> web.Response:
        async with asyncio.timeout(BODY_SECONDS):
            body = await request.read()
        instance = await self._registry.create(read_wish(body))
        self._metrics.watch(instance)
        secrets = {
            "url": self._addresses.of_protocol(instance),
            "viewer_token": instance.facts.viewer_token,
        }
        return web.json_response(self._public(instance) | secrets)

    async def _show(self, request: web.Request) -> web.Response:
        return web.json_response(self._public(self._found(request)))

    async def _destroy(self, request: web.Request) -> web.Response:
        self._found(request).destroy()
        return web.Response(status=204)

    async def _restart(self, request: web.Request) -> web.Response:
        instance = self._found(request)
        if instance.status == "terminating":
            return _error(409, "The instance is being destroyed")
        instance.restart()
        return web.Response(status=204)

    async def _screenshot(self, request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(SCREENSHOT_SECONDS):
                picture = await self._found(request).screenshot()
        except TimeoutError:
            return _error(409, "The machine's screen could not be read in time")
        return web.Response(body=picture, content_type="image/png")

    def _found(self, request: web.Request) -> Instance:
        instance = self._registry.get(request.match_info["id"])
        if instance is None:
            raise web.HTTPNotFound(text="There is no such instance")
        return instance

    def _public(self, instance: Instance) -> dict[str, str | float | None]:
        """What may be shown again and again: no secret (spec 2.2)."""
        return {
            "id": instance.id,
            "vm_name": instance.name,
            "user_ident": instance.facts.user_ident,
            "status": instance.status,
            "detail": instance.detail,
            "memory": instance.memory.state,
            "memory_detail": instance.memory.detail,
            "progress": instance.memory.progress,
            "last_seen": instance.last_seen.isoformat(),
            "viewer_url": self._addresses.of_viewer(instance),
        }


@web.middleware
async def _explain(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer what went wrong as JSON."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        plain = error.text if error.status == 404 else None
        routed = request.match_info.http_exception is None
        return _error(error.status, (routed and plain) or error.reason)
    except VmnetxError as error:
        retry_after = error.retry_after if isinstance(error, Full) else None
        status = next(code for kind, code in STATUSES if isinstance(error, kind))
        logger.info("event=refused status=%d why=%r", status, str(error))
        return _error(status, str(error), retry_after=retry_after)
    except TimeoutError:
        return _error(408, "The request came too slowly")


def _error(
    status: int, sentence: str, *, retry_after: int | None = None
) -> web.Response:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    body = json.dumps({"error": sentence})
    return web.Response(
        status=status, text=body, headers=headers, content_type="application/json"
    )
