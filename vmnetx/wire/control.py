"""What a client does over time on its control connection (spec 1.8, 1.10, 1.11).

No clock runs here: the caller's does, and asks.
"""

from __future__ import annotations

from typing import Final

from vmnetx.wire.messages import AuthOk, VmStarted, VmStopped

PING_SECONDS: Final = 3.0
MAX_UNANSWERED: Final = 3
REDIAL_SECONDS: Final = (0.0, 1.0, 2.0, 5.0, 10.0)


class Pinger:
    """Counts unanswered pings. Ask it every PING_SECONDS after `auth-ok`."""

    def __init__(self) -> None:
        self._unanswered = 0

    def is_due(self) -> bool:
        """Say whether to send a ping now; False means that the link is dead: close."""
        if self._unanswered >= MAX_UNANSWERED:
            return False
        self._unanswered += 1
        return True

    def heard_pong(self) -> None:
        """Forget what is unanswered: one pong answers for all pings before it."""
        self._unanswered = 0


class Redial:
    """How long to wait before the next attempt to connect."""

    def __init__(self) -> None:
        self._attempt = 0

    def next_delay(self) -> float:
        """Return the seconds to wait before the next attempt."""
        delay = REDIAL_SECONDS[min(self._attempt, len(REDIAL_SECONDS) - 1)]
        self._attempt += 1
        return delay

    def heard_auth_ok(self) -> None:
        """Start over. A mere TCP connection must not: a server may accept and close."""
        self._attempt = 0


def implied_event(auth_ok: AuthOk) -> VmStarted | VmStopped | None:
    """Return the event that a new connection's state stands for; None: wait for one.

    The server replays nothing. A state that is not known counts as stopped.
    """
    if auth_ok.state in {"starting", "stopping"}:
        return None
    if auth_ok.state == "running":
        return VmStarted(check_display=False)
    return VmStopped()


def seconds_to_live(auth_ok: AuthOk) -> int | None:
    """Return how long a lost instance may be searched for; None: without an end."""
    return auth_ok.server_timeout_max or None
