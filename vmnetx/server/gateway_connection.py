"""One client's connection to the gateway, from its first byte to its last."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import Final

from vmnetx.errors import ProtocolError, Refused, VmnetxError
from vmnetx.server.gateway_instance import (
    GatewayInstance,
    Lookup,
    Streams,
    Unsubscribe,
    find,
)
from vmnetx.server.gateway_limits import GatewayLimits
from vmnetx.server.gateway_progress import ProgressThrottle
from vmnetx.server.gateway_streams import READ_SIZE, join, let_go, set_options
from vmnetx.wire import texts
from vmnetx.wire.fields import MAX_COUNT, STATES
from vmnetx.wire.inbox import Rejected
from vmnetx.wire.messages import (
    AttachingViewer,
    AttachViewer,
    Authenticate,
    AuthFailed,
    AuthOk,
    ClientMessage,
    DestroyVm,
    ErrorReport,
    Event,
    Ping,
    Pong,
    ServerMessage,
    StartupFailed,
    StartupProgress,
    StartVm,
    StopVm,
    VmDestroyed,
)
from vmnetx.wire.server_endpoint import ServerEndpoint, ServerState

logger = logging.getLogger(__name__)

MAX_TEXT: Final = 1000
"""Characters of a name or a reason that go to a client."""
MAX_HELD: Final = 32
"""Events kept for a connection whose viewer is being attached."""


def plain(text: str) -> str:
    """Return `text` as one line without markup: Android shows server texts as HTML."""
    line = " ".join(text.split())[:MAX_TEXT]
    return line.replace("<", "\u2039").replace(">", "\u203a")


class Connection:
    """Owns the client's socket, and the SPICE server's, however serve() ends."""

    def __init__(self, client: Streams, lookup: Lookup, limits: GatewayLimits) -> None:
        self._reader, self._writer = client
        self._lookup = lookup
        self._limits = limits
        self._endpoint = ServerEndpoint()
        self._instance: GatewayInstance | None = None
        self._spice: Streams | None = None
        self._unsubscribe: Unsubscribe | None = None
        self._refusals = 0
        self._held: deque[Event] = deque(maxlen=MAX_HELD)
        self._progress = ProgressThrottle(self._say_if_legal, limits.progress_seconds)
        # One clock for all that may end a conversation: the deadline of a stranger, the
        # end of the instance, the end of the gateway.
        self._deadline = asyncio.timeout(limits.authentication_seconds)
        self._is_over = False

    @property
    def is_stranger(self) -> bool:
        """Whether nobody knows yet who it is."""
        return self._instance is None

    async def serve(self) -> None:
        """Converse until either side has had enough, and let the sockets go."""
        try:
            async with self._deadline:
                set_options(self._writer)
                await self._converse()
        except (OSError, ProtocolError) as error:
            self._log("lost", str(error) or type(error).__name__)
        finally:
            self._is_over = True
            if self._unsubscribe is not None:
                self._unsubscribe()
            self._progress.close()
            await self._let_go()

    def end(self) -> None:
        """Let the conversation end now; what is unsent is still sent."""
        self._expire_at(0)
        self._is_over = True

    def _expire_at(self, when: float | None) -> None:
        # What is over, or just expiring, stays so.
        if not self._is_over and not self._deadline.expired():
            self._deadline.reschedule(when)

    async def _converse(self) -> None:
        while data := await self._reader.read(READ_SIZE):
            self._endpoint.receive(data)
            while (event := self._endpoint.next_event()) is not None:
                await self._act(event)
                await self._drain()
            if self._endpoint.state is ServerState.CLOSED:
                return
            if self._spice is not None:
                self._spice[1].write(self._endpoint.take_raw())
                with self._authenticated().watching():
                    await join((self._reader, self._writer), self._spice)
                return

    async def _let_go(self) -> None:
        ends = [(self._reader, self._writer)]
        if self._spice is not None:
            ends.append(self._spice)
        flush, linger = self._limits.flush_seconds, self._limits.linger_seconds
        await asyncio.gather(
            *(let_go(streams, flush=flush, linger=linger) for streams in ends)
        )

    # What the client sends.

    async def _act(self, event: ClientMessage | Rejected) -> None:
        if isinstance(event, Rejected):
            self._say(event.answer)
            self._count_refusal()
        elif isinstance(event, Authenticate):
            await self._authenticate(event.token)
        elif isinstance(event, ErrorReport):
            self._log("client-error", plain(event.message))
        elif isinstance(event, AttachViewer):
            await self._attach(self._authenticated())
        else:
            _COMMANDS[type(event)](self, self._authenticated())

    async def _authenticate(self, token: str) -> None:
        instance = find(self._lookup, token)
        if instance is None:
            self._log("refused", "wrong token")
            self._say(AuthFailed(texts.AUTHENTICATION_FAILED))
            self._count_refusal()
            return
        instance.touch()
        # The machine may take long to prepare, and that is not the client's fault.
        self._expire_at(None)
        try:
            await instance.prepare()
            self._unsubscribe = instance.subscribe(self._hear)
        except VmnetxError as error:
            self._log("refused", str(error))
            self._say(AuthFailed(plain(str(error)) or texts.AUTHENTICATION_FAILED))
            self._count_refusal()
            self._restart_deadline()
            return
        self._instance = instance
        self._log("joined")
        self._say(_auth_ok(instance))

    def _restart_deadline(self) -> None:
        now = asyncio.get_running_loop().time()
        self._expire_at(now + self._limits.authentication_seconds)

    def _count_refusal(self) -> None:
        if self._instance is not None:
            return
        self._refusals += 1
        if self._refusals >= self._limits.refusals:
            raise ProtocolError(f"{self._refusals} refusals; no more are given")

    def _authenticated(self) -> GatewayInstance:
        if self._instance is None:
            raise ProtocolError("a command came before authentication")
        return self._instance

    async def _attach(self, instance: GatewayInstance) -> None:
        try:
            if instance.state != "running":
                raise Refused("the machine is not running")
            async with asyncio.timeout(self._limits.spice_seconds):
                self._spice = await instance.open_spice()
        except (OSError, VmnetxError) as error:
            self._log("no-viewer", str(error) or type(error).__name__)
            self._say(ErrorReport(texts.CANNOT_CONNECT_VIEWER))
            while self._held:
                self._hear(self._held.popleft())
        else:
            self._log("viewer")
            self._say(AttachingViewer())

    def _start(self, instance: GatewayInstance) -> None:
        # Two clients answer a vm-stopped with a start-vm each: the second is no
        # error.
        if instance.state in {"starting", "running"}:
            return
        if instance.state == "stopping":
            self._say(ErrorReport(texts.CANNOT_START))
            return
        instance.start()

    def _stop(self, instance: GatewayInstance) -> None:
        if instance.state in {"starting", "running"}:
            instance.stop()

    def _destroy(self, instance: GatewayInstance) -> None:
        instance.destroy()

    def _ping(self, instance: GatewayInstance) -> None:
        instance.touch()
        self._say(Pong())

    # What the instance tells.

    def _hear(self, event: Event) -> None:
        if isinstance(event, VmDestroyed):
            self._progress.close()
            self._say_if_legal(event)
            self.end()
        elif self._endpoint.state is ServerState.ATTACHING:
            self._held.append(event)
        elif isinstance(event, StartupProgress):
            self._progress.offer(event)
        else:
            self._progress.forget()
            if isinstance(event, StartupFailed):
                event = StartupFailed(plain(event.message))
            self._say_if_legal(event)

    def _say_if_legal(self, message: ServerMessage) -> None:
        if self._endpoint.may_send(message):
            self._say(message)

    def _say(self, message: ServerMessage) -> None:
        self._writer.write(self._endpoint.send(message))
        unsent = self._writer.transport.get_write_buffer_size()
        if unsent > self._limits.backlog_bytes:
            self._log("too-slow", f"{unsent} bytes unsent")
            self._writer.transport.abort()

    def _log(self, event: str, why: str = "") -> None:
        """One line; the token is in none of them, right or wrong."""
        name = "-" if self._instance is None else self._instance.token.partition("/")[0]
        peer = self._writer.get_extra_info("peername", ("-",))[0]
        logger.info(
            "event=gateway-%s instance=%s peer=%s why=%r", event, name, peer, why
        )

    async def _drain(self) -> None:
        async with asyncio.timeout(self._limits.flush_seconds):
            await self._writer.drain()


_COMMANDS: Final = {
    StartVm: Connection._start,
    StopVm: Connection._stop,
    DestroyVm: Connection._destroy,
    Ping: Connection._ping,
}


def _auth_ok(instance: GatewayInstance) -> AuthOk:
    # More than Android can read becomes the most that it can: a client then gives up
    # early, or sends its mouse a little less often, and neither hurts.
    rate = instance.limit_mouse_rate
    return AuthOk(
        state=instance.state if instance.state in STATES else "unknown",
        name=plain(instance.name),
        limit_mouse_rate=None if rate is None else min(rate, MAX_COUNT),
        server_timeout_min=min(instance.timeout_min, MAX_COUNT),
        server_timeout_max=min(instance.timeout_max, MAX_COUNT),
    )
