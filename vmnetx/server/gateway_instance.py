"""What the gateway asks of an instance. `vmnetx.server.instance` provides it."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final, Protocol

from vmnetx.wire.messages import Event

# Twice this pauses a reader. asyncio takes at most 256 KiB at once, so one such piece
# does not: pausing and going on again for each would cost more than the piece.
STREAM_LIMIT: Final = 128 * 1024
Listener = Callable[[Event], None]
Unsubscribe = Callable[[], None]
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class GatewayInstance(Protocol):
    """One machine and its token, as connections see it. Called in one event loop."""

    @property
    def token(self) -> str:
        """`<id>/<auth code>`, which is the SPICE password too."""

    @property
    def name(self) -> str:
        """The machine's name, for people."""

    @property
    def state(self) -> str:
        """One of vmnetx.wire.fields.STATES."""

    @property
    def limit_mouse_rate(self) -> int | None:
        """Hz, or None for no limit."""

    @property
    def timeout_min(self) -> int:
        """Seconds unseen for which the instance surely stays."""

    @property
    def timeout_max(self) -> int:
        """Seconds unseen after which it is surely gone."""

    def touch(self) -> None:
        """Note that somebody is there."""

    def watching(self) -> AbstractContextManager[None]:
        """Within it somebody sees the screen, so the instance is in use."""

    async def prepare(self) -> None:
        """Return when the machine could be started. VmnetxError says why it cannot."""

    def subscribe(self, listener: Listener) -> Unsubscribe:
        """Call `listener` with each event from now on, VmDestroyed as the last.

        Raises Refused when the instance is being destroyed.
        """

    def start(self) -> None:
        """Ask a stopped machine to start, and return: events tell how it went."""

    def stop(self) -> None:
        """Ask a starting or running machine to stop, and return."""

    def destroy(self) -> None:
        """Ask for the end of the instance, and return."""

    async def open_spice(self) -> Streams:
        """Connect to the running machine's SPICE server. OSError or VmnetxError."""


Lookup = Callable[[str], GatewayInstance | None]
"""From an instance's id to the instance, or None."""


def find(lookup: Lookup, token: str) -> GatewayInstance | None:
    """Return the instance that `token` opens. How wrong it is, no clock tells."""
    instance = lookup(token.partition("/")[0])
    expected = token + "x" if instance is None else instance.token
    is_right = hmac.compare_digest(token.encode(), expected.encode())
    return instance if is_right else None
