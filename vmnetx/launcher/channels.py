"""A viewer's SPICE channels: each is carried over a connection of its own (spec 1.9).

The viewer connects to a unix socket that only this user may open. What it says there
goes to the server unchanged, and the other way round.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Self

from vmnetx.errors import ProtocolError, Refused, Unreachable, VmnetxError
from vmnetx.launcher.conversation import READ_SIZE, Conversation, Dial, Streams
from vmnetx.wire.messages import AttachingViewer, AttachViewer, ErrorReport

logger = logging.getLogger(__name__)

MAX_CHANNELS: Final = 64
"""At once; a viewer of one screen has some eight."""
ATTACH_SECONDS: Final = 60.0

Side = Literal["viewer", "server"]


@dataclass
class MainChannel:
    """The first channel of a viewer. When a person closes it, the viewer ends it; when
    the server did, the person wants it back."""

    was_attached: bool = False
    ended_by: Side | None = None


class Channels:
    """Listens on `path` while it is entered; afterwards no channel is left."""

    def __init__(self, dial: Dial, path: Path) -> None:
        self.path = path
        self._dial = dial
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._has_viewer = False
        self.main = MainChannel()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_unix_server(
            self._on_connect, self.path, limit=READ_SIZE
        )
        # The folder is this user's alone as well: there is no moment without a lock.
        self.path.chmod(0o600)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.path.unlink(missing_ok=True)

    def forget(self) -> None:
        """A new viewer is about to be started: its first channel is the main one."""
        self.main = MainChannel()
        self._has_viewer = False

    async def _on_connect(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        if task is None or len(self._tasks) >= MAX_CHANNELS:
            writer.transport.abort()
            return
        self._tasks.add(task)
        channel = MainChannel() if self._has_viewer else self.main
        self._has_viewer = True
        try:
            conversation, first = await self._attach()
            channel.was_attached = True
            writer.write(first)
            channel.ended_by = await _carry((reader, writer), conversation.streams)
        except VmnetxError as error:
            logger.warning("A channel of the viewer: %s", error)
        except asyncio.CancelledError:
            logger.debug("A channel was ended")
        finally:
            self._tasks.discard(task)
            await _let_go(writer)

    async def _attach(self) -> tuple[Conversation, bytes]:
        try:
            async with asyncio.timeout(ATTACH_SECONDS):
                return await attach(self._dial)
        except TimeoutError:
            raise Unreachable("The server does not attach the viewer") from None


async def _carry(viewer: Streams, server: Streams) -> Side:
    try:
        return await join(viewer, server)
    finally:
        await _let_go(server[1])


async def attach(dial: Dial) -> tuple[Conversation, bytes]:
    """Make a connection that is raw SPICE from now on, and the bytes already here.

    Raises Refused when the machine does not run, and what Conversation.dial() raises.
    """
    conversation, auth_ok = await Conversation.dial(dial)
    try:
        if auth_ok.state != "running":
            raise Refused(f"Server in unexpected state: {auth_ok.state}")
        await conversation.say(AttachViewer())
        answer = await conversation.hear()
        while not isinstance(answer, AttachingViewer):
            if isinstance(answer, ErrorReport):
                raise Refused(answer.message)
            answer = await conversation.hear()
        return conversation, conversation.take_over()
    except BaseException:
        await conversation.abort()
        raise


async def is_running(dial: Dial) -> bool:
    """Ask the server, over a connection of its own, whether the machine runs."""
    try:
        conversation, auth_ok = await Conversation.dial(dial)
    except (Unreachable, Refused, ProtocolError) as error:
        logger.info("The server does not say how the machine is: %s", error)
        return False
    await conversation.abort()
    return auth_ok.state == "running"


async def join(viewer: Streams, server: Streams) -> Side:
    """Carry bytes both ways until one side ends, and say which; both are still open.

    A side that reads slowly makes the other one wait: nothing is piled up between.
    """
    outwards = _copy(viewer[0], server[1], ("viewer", "server"))
    inwards = _copy(server[0], viewer[1], ("server", "viewer"))
    copies = [asyncio.create_task(outwards), asyncio.create_task(inwards)]
    try:
        done, _ = await asyncio.wait(copies, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for copy in copies:
            copy.cancel()
        await asyncio.gather(*copies, return_exceptions=True)
    # When both are done at once, who was first is not known. A session that is opened
    # again for nobody is a lesser evil than one that is destroyed under somebody.
    return "viewer" if {copy.result() for copy in done} == {"viewer"} else "server"


async def _copy(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    sides: tuple[Side, Side],
) -> Side:
    """Say who ended it: `sides` are whom `reader` and `writer` belong to."""
    while True:
        try:
            data = await reader.read(READ_SIZE)
        except OSError:
            data = b""
        if not data:
            return sides[0]
        try:
            writer.write(data)
            await writer.drain()
        except OSError:
            return sides[1]


async def _let_go(writer: asyncio.StreamWriter) -> None:
    """Close, with what is unsent; a peer that takes nothing is not waited for."""
    writer.close()
    with contextlib.suppress(OSError):
        async with asyncio.timeout(2.0):
            await writer.wait_closed()
    writer.transport.abort()
