"""The control connection: it keeps a session, and finds it again (spec 1.8-1.11)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from vmnetx.errors import ProtocolError, Refused, Unreachable
from vmnetx.launcher.conversation import Conversation, Dial
from vmnetx.wire import texts
from vmnetx.wire.control import (
    PING_SECONDS,
    Pinger,
    Redial,
    implied_event,
    seconds_to_live,
)
from vmnetx.wire.messages import (
    AuthOk,
    ClientMessage,
    DestroyVm,
    ErrorReport,
    Event,
    Ping,
    Pong,
    ServerMessage,
    StartVm,
    StopVm,
    VmStarted,
    VmStopped,
)

logger = logging.getLogger(__name__)

DESTROY_SECONDS: Final = 30.0


@dataclass(frozen=True)
class Clock:
    """Where time comes from. Seconds; `now` never goes back."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(frozen=True)
class LinkLost:
    """The connection is gone. The next event tells that it is back, or raises."""

    reason: str


@dataclass(frozen=True)
class LinkRestored:
    """The connection is back. What happened meanwhile follows as an event."""


Happening = Event | LinkLost | LinkRestored


class ControlConnection:
    """One session's control connection. Owns its socket, from open() to leave()."""

    def __init__(self, dial: Dial, clock: Clock | None = None) -> None:
        self.state = "unknown"
        """The machine's, as far as it is known: one of vmnetx.wire.fields.STATES."""
        self.name = ""
        self._dial = dial
        self._clock = clock or Clock()
        self._conversation: Conversation | None = None
        self._pinger = Pinger()
        self._pings: asyncio.Task[None] | None = None
        self._redial = Redial()
        self._seconds_to_live: int | None = None
        self._gives_up_at: float | None = None
        self._events: deque[Happening] = deque()

    async def open(self) -> AuthOk:
        """Try once to connect and authenticate.

        Raises Unreachable, Refused or ProtocolError, which is then why the launch
        failed.
        """
        conversation, auth_ok = await Conversation.dial(self._dial)
        self._conversation = conversation
        self._accept(auth_ok)
        return auth_ok

    def _accept(self, auth_ok: AuthOk) -> None:
        self.name = auth_ok.name
        self._seconds_to_live = seconds_to_live(auth_ok)
        self._gives_up_at = None
        self._redial.heard_auth_ok()
        is_known = auth_ok.state in {"starting", "running", "stopping"}
        self.state = auth_ok.state if is_known else "stopped"
        event = implied_event(auth_ok)
        if event is not None:
            self._events.append(event)
        self._pinger = Pinger()
        self._pings = asyncio.create_task(self._ping())

    async def _ping(self) -> None:
        conversation = self._conversation
        while conversation is not None:
            await self._clock.sleep(PING_SECONDS)
            if not self._pinger.is_due():
                # Whoever waits for the next message hears of it.
                await conversation.abort()
                return
            with contextlib.suppress(Unreachable):
                await conversation.say(Ping())

    async def next_event(self) -> Happening:
        """Wait for what happens next. A cancelled wait loses nothing.

        While the link is lost this dials again, by the schedule. Raises Unreachable
        when the session must be gone by now, Refused when the server no longer knows
        the token, and ProtocolError for what a server may not say.
        """
        if not self._events:
            if self._conversation is None:
                await self._find_again()
            else:
                self._events.append(await self._listen(self._conversation))
        event = self._events.popleft()
        self._note(event)
        return event

    async def _listen(self, conversation: Conversation) -> Happening:
        while True:
            try:
                message = await conversation.hear()
            except Unreachable as error:
                await self._lose()
                return LinkLost(str(error))
            event = self._sift(message)
            if event is not None:
                return event

    def _sift(self, message: ServerMessage) -> Event | None:
        if isinstance(message, Pong):
            self._pinger.heard_pong()
            return None
        if isinstance(message, ErrorReport):
            # Two clients answer one vm-stopped, and an old server minds the second.
            if message.message == texts.CANNOT_START:
                return None
            raise ProtocolError(f"Protocol error: {message.message}")
        if isinstance(message, Event):
            return message
        raise ProtocolError(f"Protocol error: {message.kind} out of place")

    def _note(self, event: Happening) -> None:
        if isinstance(event, VmStarted):
            self.state = "running"
        elif isinstance(event, VmStopped):
            self.state = "stopped"

    async def _lose(self) -> None:
        conversation, self._conversation = self._conversation, None
        await self._stop_pings()
        if conversation is not None:
            await conversation.abort()
        if self._gives_up_at is None and self._seconds_to_live is not None:
            self._gives_up_at = self._clock.now() + self._seconds_to_live

    async def _stop_pings(self) -> None:
        if self._pings is not None:
            self._pings.cancel()
            await asyncio.gather(self._pings, return_exceptions=True)
            self._pings = None

    async def _find_again(self) -> None:
        while True:
            await self._wait_for_turn()
            try:
                async with asyncio.timeout(self._seconds_left()):
                    conversation, auth_ok = await Conversation.dial(self._dial)
            except Refused as error:
                raise Refused(f"Reauthentication failed: {error}") from error
            except (Unreachable, ProtocolError, TimeoutError) as error:
                logger.info("Not back yet: %s", error)
                continue
            self._conversation = conversation
            self._events.append(LinkRestored())
            self._accept(auth_ok)
            return

    async def _wait_for_turn(self) -> None:
        delay = self._redial.next_delay()
        left = self._seconds_left()
        await self._clock.sleep(delay if left is None else min(delay, left))
        if self._seconds_left() == 0:
            raise Unreachable("Lost connection with server")

    def _seconds_left(self) -> float | None:
        if self._gives_up_at is None:
            return None
        return max(0.0, self._gives_up_at - self._clock.now())

    async def start_vm(self) -> None:
        """Ask a stopped machine to start; otherwise nothing is asked."""
        if self.state == "stopped":
            self.state = "starting"
            await self._say(StartVm())

    async def stop_vm(self) -> None:
        """Ask a starting or running machine to stop; otherwise nothing is asked."""
        if self.state in {"starting", "running"}:
            self.state = "stopping"
            await self._say(StopVm())

    async def _say(self, message: ClientMessage) -> None:
        if self._conversation is not None:
            # A link that broke is found out by who listens.
            with contextlib.suppress(Unreachable):
                await self._conversation.say(message)

    async def destroy(self) -> None:
        """End the session and wait until the server has closed the connection.

        With the link down nothing is said: the server collects the session by itself.
        """
        conversation = self._conversation
        if conversation is not None:
            await self._say(DestroyVm())
            with contextlib.suppress(Unreachable, ProtocolError, TimeoutError):
                async with asyncio.timeout(DESTROY_SECONDS):
                    while True:
                        await conversation.hear()
        await self.leave()

    async def leave(self) -> None:
        """Close the connection and leave the session as it is. Again is harmless."""
        await self._stop_pings()
        conversation, self._conversation = self._conversation, None
        if conversation is not None:
            await conversation.close()
