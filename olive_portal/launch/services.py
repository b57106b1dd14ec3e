from __future__ import annotations

import time
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from olive_portal.catalogue.models import Package
from olive_portal.launch import tasks
from olive_portal.launch.errors import NoAnswer, NotRunning, TooManyLaunches
from olive_portal.launch.models import Client, Session, Shot, State, Visitor

RATE_WINDOW = timedelta(minutes=10)
# One look is written down this often: a page looks many times a second at first.
WATCH_PRECISION = timedelta(seconds=20)
SHOT_SECONDS = 6.0
SHOT_PAUSE = 0.05


@transaction.atomic
def request_session(
    *, package: Package, visitor: str, client: Client = Client.THIN
) -> Session:
    """Give `visitor` a session of `package`. Raises TooManyLaunches.

    Returns at once. For a thin client a worker is asked to boot it, and moves it on;
    with the broker down it stays queued until the sweep finds it. For a thick client
    nothing starts here, and its package may be read from now on. Who asks again while
    one is open gets that one, so a double click starts one machine.
    """
    Visitor.objects.get_or_create(pk=visitor)
    # What one visitor asks for is decided in turn: the counts below still hold when
    # we commit.
    Visitor.objects.select_for_update().get(pk=visitor)
    mine = Session.objects.filter(visitor=visitor)
    if held := mine.open().filter(package=package, client=client).first():
        return held
    _refuse_too_often(visitor)
    if client == Client.THICK:
        return mine.create(
            visitor_id=visitor,
            package=package,
            client=client,
            state=State.RUNNING,
            running_at=timezone.now(),
        )
    _refuse_too_many(visitor)
    session = mine.create(visitor_id=visitor, package=package)
    transaction.on_commit(partial(tasks.ask, tasks.boot, str(session.pk)))
    return session


def end_session(*, session: Session) -> None:
    """End it now for the visitor, and soon on the host. Harmless twice."""
    row = Session.objects.filter(pk=session.pk)
    if row.close(State.ENDED, reason="You ended the session."):
        _ask_host(session, tasks.end)


def restart_session(*, session: Session) -> None:
    """Switch its machine off and on. Raises NotRunning."""
    _must_run_here(session)
    _ask_host(session, tasks.restart)


def note_watching(*, session: Session) -> None:
    """Somebody looks at the session: the sweep leaves it alone for a while."""
    now = timezone.now()
    if now - session.watched_at > WATCH_PRECISION:
        Session.objects.open().filter(pk=session.pk).update(watched_at=now)


def take_screenshot(*, session: Session) -> bytes:
    """The machine's screen as of now, as a PNG; waits for its host a few seconds.

    Raises NotRunning, NoAnswer.
    """
    _must_run_here(session)
    asked_at = timezone.now()
    deadline = time.monotonic() + SHOT_SECONDS
    _ask_host(session, tasks.shoot)
    while time.monotonic() < deadline:
        shot = Shot.objects.filter(session=session, taken_at__gte=asked_at).first()
        if shot is not None:
            return bytes(shot.png)
        time.sleep(SHOT_PAUSE)
    raise NoAnswer("The computer that runs the program did not answer in time.")


def _must_run_here(session: Session) -> None:
    if session.is_thick:
        raise NotRunning("The program runs on your own computer, not here.")
    if not session.is_running:
        raise NotRunning("The program is not running.")


def _ask_host(session: Session, task: object) -> None:
    if queue := session.worker_queue:
        transaction.on_commit(partial(tasks.ask, task, str(session.pk), queue=queue))


def _refuse_too_many(visitor: str) -> None:
    most = settings.OLIVE_LAUNCH_MAX_OPEN
    if Session.objects.taking_places(visitor).count() >= most:
        raise TooManyLaunches(
            f"You have {most} programs running. End one of them to launch another.",
            retry_after=60,
        )


def _refuse_too_often(visitor: str) -> None:
    mine = Session.objects.filter(visitor=visitor)
    recent = mine.filter(created_at__gt=timezone.now() - RATE_WINDOW)
    if recent.count() >= settings.OLIVE_LAUNCH_RATE:
        raise TooManyLaunches(
            f"You launched {settings.OLIVE_LAUNCH_RATE} programs in the last "
            "10 min. Please wait a little before the next one.",
            retry_after=120,
        )
