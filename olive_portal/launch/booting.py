"""What a worker does for a session: make its machine, and wait until it runs.

The worker holds the session by a lease. One that loses it (it stalled, and the sweep
gave the session to another, or the visitor ended it) takes back what it made and
changes nothing else.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from olive_portal.launch import machines, thin_client, tokens
from olive_portal.launch.models import LEASE, Memory, Session, State
from vmnetx.client import Instance, ThinClientServer
from vmnetx.errors import Absent, MachineFailed, Unreachable

logger = logging.getLogger(__name__)

START_SECONDS = 45.0
# The visitor waits meanwhile: look quickly at first, when most machines start.
FIRST_LOOKS_SECONDS = 1.0
FIRST_PAUSE = 0.02
PAUSE = 0.2
# A page that asks every 0.1 s draws a bar from these.
TELL_SECONDS = 0.25


class LeaseLost(Exception):
    """Somebody else has the session now. boot() answers it; nobody above sees it."""


@dataclass(frozen=True)
class Boot:
    """One attempt to boot one session."""

    session: Session
    server: ThinClientServer

    def keep(self, **changes: object) -> None:
        """Hold on to the session for another lease. Raises LeaseLost."""
        mine = Session.objects.filter(pk=self.session.pk)
        if not mine.of_attempt(self.session.attempts).update(
            lease_until=timezone.now() + LEASE, **changes
        ):
            raise LeaseLost


def claim(session_pk: UUID, *, queue: str) -> Session | None:
    """Take the session on, or None: another has it, or it is over."""
    waiting = Session.objects.filter(pk=session_pk)
    if not waiting.advance(
        State.BOOTING,
        attempts=F("attempts") + 1,
        lease_until=timezone.now() + LEASE,
        worker_queue=queue,
        instance_id="",
        viewer_url="",
        viewer_token="",
        gateway_url="",
        memory=Memory.NONE,
        progress=None,
        reason="",
    ):
        return None
    return Session.objects.select_related("package").get(pk=session_pk)


def boot(session: Session) -> None:
    """Make the claimed session's machine and hand it over, running.

    Raises what ThinClientServer.create raises, and MachineFailed; whatever was made is
    taken back first. A session that is somebody else's by now is left alone.
    """
    with thin_client.connect() as server:
        instance = server.create(
            tokens.package_url(session),
            user_ident=session.user_ident,
            start=True,
            network=session.package.network,
        )
        try:
            _hand_over(Boot(session, server), instance)
        except LeaseLost:
            logger.info("Session %s is not ours any more", session.pk)
            _take_back(server, instance)
        except (MachineFailed, Unreachable):
            _take_back(server, instance)
            raise


def put_back(session: Session, *, reason: str, wait: timedelta) -> bool:
    """Let the claimed session wait; whether it still was ours to put back."""
    mine = Session.objects.filter(pk=session.pk).of_attempt(session.attempts)
    # The lease covers the wait, so that the sweep asks again only for what got lost.
    until = timezone.now() + wait + LEASE
    return mine.advance(State.QUEUED, reason=reason, lease_until=until)


def fail(session: Session, *, reason: str, detail: str) -> None:
    logger.warning("Session %s failed: %s", session.pk, detail)
    mine = Session.objects.filter(pk=session.pk).of_attempt(session.attempts)
    mine.close(State.FAILED, reason=reason, detail=detail)


def _hand_over(boot: Boot, instance: Instance) -> None:
    # The page may connect at once: a viewer that is early waits for its machine.
    boot.keep(
        instance_id=instance.id,
        viewer_url=instance.viewer_url,
        viewer_token=instance.viewer_token,
        gateway_url=instance.url,
    )
    memory = _wait_until_running(boot, instance)
    now = timezone.now()
    mine = Session.objects.filter(pk=boot.session.pk)
    if not mine.of_attempt(boot.session.attempts).advance(
        State.RUNNING,
        running_at=now,
        checked_at=now,
        progress=None,
        **memory,
    ):
        raise LeaseLost


def _wait_until_running(boot: Boot, instance: Instance) -> dict[str, str]:
    """Returns what became of the memory image, as the row keeps it."""
    watch = Watch(boot)
    while True:
        current = _look(boot.server, instance.id)
        if current.status == "running":
            return machines.memory_fields(current)
        if current.status == "failed":
            raise MachineFailed(current.detail or "the machine failed")
        watch.note(current, time.monotonic())
        time.sleep(watch.pause)


class Watch:
    """Writes down how far a start is: what has changed, and no more often than is seen.

    A machine has START_SECONDS, and again as long from each step of its memory image.
    """

    def __init__(self, boot: Boot) -> None:
        self._boot = boot
        self._started = self._moved = self._kept = time.monotonic()
        self._seen: tuple[str, float | None] = (Memory.NONE, None)
        self._told: tuple[str, float | None] = self._seen

    @property
    def pause(self) -> float:
        is_early = time.monotonic() - self._started < FIRST_LOOKS_SECONDS
        return FIRST_PAUSE if is_early else PAUSE

    def note(self, current: Instance, now: float) -> None:
        """Raises MachineFailed when it has taken too long, and LeaseLost."""
        seen = (current.memory, current.progress)
        if seen != self._seen:
            self._seen, self._moved = seen, now
        elif now - self._moved > START_SECONDS:
            raise MachineFailed(
                f"the machine was {current.status} after {START_SECONDS:g} s"
            )
        since = now - self._kept
        is_news = seen[0] != self._told[0]
        if is_news or (seen != self._told and since > TELL_SECONDS) or since > 1:
            self._boot.keep(
                progress=current.progress, **machines.memory_fields(current)
            )
            self._kept, self._told = now, seen


def _look(server: ThinClientServer, instance_id: str) -> Instance:
    try:
        return server.instance(instance_id)
    except Absent as error:
        # The server was started anew and forgot it: worth another try.
        raise Unreachable("the machine is gone") from error


def _take_back(server: ThinClientServer, instance: Instance) -> None:
    try:
        server.destroy(instance.id)
    except Unreachable:
        # Its user_ident names an attempt that is over: the sweep will destroy it.
        logger.info("Instance %s is left for the sweep", instance.id)
