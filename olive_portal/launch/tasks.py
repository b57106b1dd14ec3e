"""What workers do for sessions: when they try again, and on which queue.

`boot` goes to the queue of that name, which every VM host's worker reads: whoever is
free takes it. What must reach one host goes to that worker's own queue, which
`worker_direct` gives it. Any of these may run twice, late, or never.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from celery import Task, shared_task
from celery.utils.nodenames import worker_direct
from django.utils import timezone
from kombu.exceptions import OperationalError

from olive_portal.celery import app
from olive_portal.launch import booting, machines, sweeping, waiting
from olive_portal.launch.models import Session
from vmnetx.errors import BadPackage, Full, Unreachable, VmnetxError

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 5
# Trying for so long without an answer is enough; the visitor is told at each try.
UNREACHABLE_TRIES = 5
LONGEST_WAIT_FOR_A_PLACE = timedelta(minutes=5)
LONGEST_RETRY_AFTER = 15


def ask(task: Any, *args: object, **options: Any) -> None:  # noqa: ANN401
    """Ask for `task`, or leave it to the sweep if the broker is out of reach."""
    try:
        task.apply_async(args, **options)
    except OperationalError as error:
        logger.warning("The broker did not take %s: %s", task.name, error)


@shared_task(bind=True)
def boot(task: Task[Any, Any], session_pk: str, tries: int = 1) -> None:
    """`tries` counts those in a row to which no server answered."""
    session = booting.claim(UUID(session_pk), queue=own_queue(task))
    if session is None:
        return
    try:
        booting.boot(session)
    except Full as full:
        wait_for_a_place(session, full)
    except Unreachable as error:
        try_again(session, error, tries)
    except BadPackage as error:
        reason = "The program's package is damaged, so it cannot be started."
        booting.fail(session, reason=reason, detail=str(error))
    except VmnetxError as error:
        reason = "The program could not be started."
        booting.fail(session, reason=reason, detail=str(error))


def wait_for_a_place(session: Session, full: Full) -> None:
    if timezone.now() - session.created_at > LONGEST_WAIT_FOR_A_PLACE:
        reason = "All places were taken for five minutes. Please try again later."
        booting.fail(session, reason=reason, detail=str(full))
        return
    seconds = min(max(full.retry_after, 1), LONGEST_RETRY_AFTER)
    if booting.put_back(session, reason=waiting.FULL, wait=timedelta(seconds=seconds)):
        ask(boot, str(session.pk), countdown=seconds)


def try_again(session: Session, error: Unreachable, tries: int) -> None:
    if tries >= UNREACHABLE_TRIES:
        reason = "The computer that runs the programs did not answer."
        booting.fail(session, reason=reason, detail=str(error))
        return
    seconds = min(2 ** (tries - 1), 4)
    if booting.put_back(
        session, reason=waiting.SILENT, wait=timedelta(seconds=seconds)
    ):
        ask(boot, str(session.pk), tries + 1, countdown=seconds)


@shared_task(expires=60)
def end(session_pk: str) -> None:
    machines.destroy(UUID(session_pk))


@shared_task(expires=10)
def restart(session_pk: str) -> None:
    machines.restart(UUID(session_pk))


@shared_task(expires=10)
def shoot(session_pk: str) -> None:
    machines.shoot(UUID(session_pk))


@shared_task
def sweep() -> None:
    for session_pk in sweeping.requeue_lost():
        ask(boot, str(session_pk))
    sweeping.close_forgotten()
    for queue in sweeping.hosts():
        # A host that is down does not find an hour of these when it comes back.
        ask(check_host, queue=queue, expires=SWEEP_SECONDS)


@shared_task(bind=True)
def check_host(task: Task[Any, Any]) -> None:
    try:
        sweeping.check_host(own_queue(task))
    except Unreachable as error:
        logger.warning("The sweep could not ask: %s", error)


def own_queue(task: Task[Any, Any]) -> str:
    """The queue that only the worker which runs `task` reads."""
    return str(worker_direct(task.request.hostname or "").name)


app.conf.task_routes = {"olive_portal.launch.tasks.boot": {"queue": "boot"}}
app.conf.beat_schedule = {
    **app.conf.beat_schedule,
    "launch-sweep": {
        "task": "olive_portal.launch.tasks.sweep",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": SWEEP_SECONDS},
    },
}
