"""The QMP connection to one QEMU."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self, cast

from qemu.qmp import EventListener, Message, QMPClient, QMPError

from vmnetx.errors import MachineFailed

CONNECT_SECONDS = 30.0
COMMAND_SECONDS = 30.0

# At DEBUG the library writes every message to the log, and disks are added by URLs
# that hold tokens; at ERROR, that QEMU has ended, which is for Machine to say.
logging.getLogger("qemu.qmp").setLevel(logging.CRITICAL)


class Mute(MachineFailed):
    """QEMU runs and does not answer. Another one may."""


class Monitor:
    def __init__(self, client: QMPClient) -> None:
        self._client = client
        # The library's own listener keeps all it hears for ever, and a guest makes as
        # many events as it likes, such as its failing reads. A machine ends once.
        self._shutdowns = client.events
        self._shutdowns.names.add("SHUTDOWN")
        self._migrations = EventListener("MIGRATION")
        client.register_listener(self._migrations)
        self._closing = asyncio.Lock()

    @classmethod
    async def connect(cls, path: Path, patience: float = CONNECT_SECONDS) -> Self:
        """Raises MachineFailed: nobody listens, or does not answer in time (Mute)."""
        monitor = cls(QMPClient())
        try:
            async with asyncio.timeout(patience):
                await monitor._client.connect(str(path))
        except TimeoutError as error:
            message = f"QEMU does not answer within {patience:g} s"
            raise Mute(message) from error
        except (QMPError, OSError, EOFError) as error:
            raise MachineFailed(f"QEMU does not answer: {error}") from error
        return monitor

    async def execute(
        self, command: str, arguments: Mapping[str, object] | None = None
    ) -> Any:  # noqa: ANN401 each command answers in its own shape
        """Raises MachineFailed with QEMU's own words."""
        try:
            async with asyncio.timeout(COMMAND_SECONDS):
                return await self._client.execute(command, arguments)
        except TimeoutError as error:
            message = f"QEMU did not finish {command} in {COMMAND_SECONDS:g} s"
            raise MachineFailed(message) from error
        except (QMPError, OSError, EOFError) as error:
            raise MachineFailed(f"QEMU on {command}: {error}") from error

    async def give(self, descriptor: int) -> int:
        """QEMU gets a copy; the answer is N in its name /dev/fdset/N."""
        self._send(descriptor)
        answer = await self.execute("add-fd")
        return int(answer["fdset-id"])

    async def give_named(self, descriptor: int, name: str) -> None:
        """QEMU gets a copy, for the commands that take a descriptor by its name."""
        self._send(descriptor)
        await self.execute("getfd", {"fdname": name})

    def _send(self, descriptor: int) -> None:
        try:
            self._client.send_fd_scm(descriptor)
        except (QMPError, OSError) as error:
            raise MachineFailed("QEMU is gone") from error

    async def migrated(self) -> str:
        """How the migration that was begun has ended: "completed" or "failed".

        Waits for events, which the capability of that name lets QEMU send.
        """
        async for event in self._migrations:
            status = str(_data(event)["status"])
            if status in {"completed", "failed"}:
                return status
        raise MachineFailed("QEMU is gone")

    async def virtual_size(self, node: str) -> int:
        """Bytes that a guest sees of a block node."""
        nodes = await self.execute("query-named-block-nodes", {"flat": True})
        sizes = {n["node-name"]: n["image"]["virtual-size"] for n in nodes}
        return int(sizes[node])

    def shutdown_reason(self) -> str | None:
        """Why QEMU says it ends: "guest-shutdown", "host-signal", ..."""
        events = self._shutdowns.history
        return str(_data(events[-1])["reason"]) if events else None

    async def close(self) -> None:
        # The library does not stand two callers at once.
        async with self._closing:
            with contextlib.suppress(QMPError, OSError, EOFError):
                await self._client.disconnect()


def _data(event: Message) -> dict[str, object]:
    return cast("dict[str, object]", event["data"])


def listen(path: Path) -> socket.socket:
    """QEMU gets this socket, so there is no moment when it is not there yet."""
    listener = socket.socket(socket.AF_UNIX)
    try:
        listener.bind(str(path))
        path.chmod(0o600)
        listener.listen(1)
    except OSError:
        listener.close()
        raise
    return listener
