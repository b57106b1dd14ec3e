"""Finds what got lost: sessions that nobody boots, machines that nobody owns, and
sessions whose machine, host or visitor is gone."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from olive_portal.launch import machines, thin_client
from olive_portal.launch.models import LEASE, OPEN, Client, Session, State
from vmnetx.client import Instance

logger = logging.getLogger(__name__)

# A host that nobody heard of for so long took its machines with it. Long, since a
# machine plays on while its host's worker is started anew.
HOST_LOST = timedelta(minutes=2)
# A host may still have machines of sessions that ended this short a time ago.
REMEMBERED = timedelta(hours=1)
# Longer than anybody waits for a place; past it something is wrong that no retry mends.
LONGEST_BOOT = timedelta(minutes=10)
DEAD = frozenset({"failed", "stopped", "destroyed", "terminating"})


def requeue_lost() -> list[UUID]:
    """Queue again what nobody is at work on; each is the caller's to dispatch, once."""
    lost = Session.objects.lost().values_list("pk", flat=True)
    return [pk for pk in lost if _requeue(pk)]


def close_forgotten() -> None:
    """End the open sessions that nobody watches, that are too old, or whose host is
    gone. Their machines belong to nobody then, and check_host destroys them."""
    now = timezone.now()
    minutes = settings.OLIVE_LAUNCH_UNWATCHED_MINUTES
    hours = settings.OLIVE_LAUNCH_TOKEN_HOURS
    starting = Q(state__in=[State.QUEUED, State.BOOTING])
    # Where it runs on the visitor's own computer, nobody here can tell who looks at it.
    _close(
        Q(client=Client.THIN, watched_at__lt=now - timedelta(minutes=minutes)),
        State.ENDED,
        f"Nobody watched the session for {minutes} min, so it was ended.",
    )
    # Its token expires now, and with it the machine's disk.
    _close(
        Q(created_at__lt=now - timedelta(hours=hours)),
        State.ENDED,
        f"The session was {hours} h old, which is as long as one may last.",
    )
    _close(
        Q(state=State.RUNNING, checked_at__lt=now - HOST_LOST),
        State.ENDED,
        "The computer that ran the program cannot be reached any more.",
    )
    _close(
        starting & Q(created_at__lt=now - LONGEST_BOOT),
        State.FAILED,
        "The program could not be started in ten minutes. Please launch it again.",
    )


def hosts() -> list[str]:
    """The queues of the workers whose thin-client servers may have machines of ours."""
    recent = Q(state__in=OPEN) | Q(ended_at__gte=timezone.now() - REMEMBERED)
    queues = Session.objects.filter(recent).exclude(worker_queue="")
    return list(queues.order_by().values_list("worker_queue", flat=True).distinct())


def check_host(queue: str) -> None:
    """Compare this host's machines with the sessions that its worker booted.

    Raises Unreachable, Refused.
    """
    asked_at = timezone.now()
    with thin_client.connect() as server:
        instances = {instance.id: instance for instance in server.instances()}
        _check_sessions(queue, instances, asked_at=asked_at)
        for instance in _orphans(instances):
            logger.info("Instance %s belongs to no session", instance.id)
            server.destroy(instance.id)


def _requeue(session_pk: UUID) -> bool:
    # lost() again, in the UPDATE: of two sweeps one dispatches.
    lost = Session.objects.lost().filter(pk=session_pk)
    return lost.advance(State.QUEUED, lease_until=timezone.now() + LEASE)


def _close(rule: Q, to: State, reason: str) -> None:
    if Session.objects.filter(rule).close(to, reason=reason):
        logger.info("Closed sessions: %s", reason)


def _check_sessions(
    queue: str, instances: Mapping[str, Instance], *, asked_at: datetime
) -> None:
    # A session that began to run after the list was made is rightly not in it.
    mine = Session.objects.running().filter(worker_queue=queue, running_at__lt=asked_at)
    for session in mine:
        row = Session.objects.running().filter(pk=session.pk)
        instance = instances.get(session.instance_id)
        if instance is None:
            row.close(
                State.ENDED,
                reason="The computer that ran the program was started anew.",
                detail=f"no instance {session.instance_id}",
            )
        elif instance.status in DEAD:
            row.close(
                State.ENDED,
                reason="The program was shut down, or stopped by itself.",
                detail=f"{instance.status} {instance.detail}".strip(),
            )
        else:
            # An image may be rejected after the start: its screen stayed black.
            # Whoever sees its screen watches it: without the page open, too.
            seen_at = min(instance.last_seen, asked_at)
            row.update(
                checked_at=asked_at,
                watched_at=Greatest(F("watched_at"), Value(seen_at)),
                **machines.memory_fields(instance),
            )


def _orphans(instances: Mapping[str, Instance]) -> Iterator[Instance]:
    """Machines made for sessions that are over, or for attempts that are."""
    for instance in instances.values():
        owner = machines.owner(instance)
        if owner is None:
            # Somebody else's: a boot proof, an operator.
            continue
        session_pk, attempt = owner
        alive = Session.objects.filter(
            pk=session_pk,
            attempts=attempt,
            state__in=[State.BOOTING, State.RUNNING],
        )
        if not alive.exists():
            yield instance
