from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from olive_portal.celery import app
from olive_portal.launch import tasks
from olive_portal.launch.models import Session, State


@pytest.fixture
def session(make_session):
    return make_session()


def run(task, *args):
    """As a worker does, with its name in the request."""
    task.push_request(hostname="celery@here")
    try:
        task.run(*args)
    finally:
        task.pop_request()


def now(session):
    return Session.objects.get(pk=session.pk)


def test_booting_remembers_the_queue_of_its_own_worker(session, control_api, asked):
    run(tasks.boot, str(session.pk))
    assert now(session).state == State.RUNNING
    assert now(session).worker_queue == "celery@here.dq2"
    assert asked == []


def test_the_second_of_two_deliveries_does_nothing(session, control_api, asked):
    run(tasks.boot, str(session.pk))
    before = now(session)
    run(tasks.boot, str(session.pk))
    assert len(control_api.created) == 1
    assert now(session).running_at == before.running_at


def test_a_full_server_makes_the_session_wait_its_turn(session, control_api, asked):
    control_api.refusal = (503, "Full.", {"Retry-After": "7"})
    run(tasks.boot, str(session.pk))
    assert now(session).state == State.QUEUED
    assert now(session).reason.startswith("All places are taken.")
    assert asked == [("boot", (str(session.pk),), {"countdown": 7})]
    control_api.refusal = None
    run(tasks.boot, str(session.pk))
    assert now(session).state == State.RUNNING
    assert now(session).reason == ""


def test_nobody_waits_for_a_place_for_ever(session, control_api, asked):
    earlier = timezone.now() - timedelta(minutes=6)
    Session.objects.update(created_at=earlier)
    control_api.refusal = (503, "Full.", {})
    run(tasks.boot, str(session.pk))
    assert now(session).state == State.FAILED
    assert asked == []


def test_a_silent_server_is_asked_again_and_then_given_up(session, settings, asked):
    settings.THIN_CLIENT_URL = "http://127.0.0.1:1"
    for tries in range(1, tasks.UNREACHABLE_TRIES):
        run(tasks.boot, str(session.pk), tries)
        assert now(session).state == State.QUEUED
        assert "Trying again" in now(session).reason
        assert asked[-1][1] == (str(session.pk), tries + 1)
    assert [options["countdown"] for *_, options in asked] == [1, 2, 4, 4]
    run(tasks.boot, str(session.pk), tasks.UNREACHABLE_TRIES)
    assert now(session).state == State.FAILED
    assert "did not answer" in now(session).reason


@pytest.mark.parametrize(
    ("status", "reason"),
    [(422, "damaged"), (400, "could not be started"), (403, "could not be started")],
)
def test_a_refusal_is_final_and_kept_for_the_curator(
    session, control_api, asked, status, reason
):
    control_api.refusal = (status, "The disk is missing.", {})
    run(tasks.boot, str(session.pk))
    assert now(session).state == State.FAILED
    assert reason in now(session).reason
    assert now(session).detail == "The disk is missing."
    assert asked == []


def test_a_machine_that_fails_is_a_failed_session(session, control_api, asked):
    control_api.statuses = ["failed"]
    run(tasks.boot, str(session.pk))
    assert now(session).state == State.FAILED
    assert now(session).detail == "QEMU said no"


def test_the_sweep_asks_for_what_was_lost_and_for_each_host(make_session, asked):
    lost = make_session(lease_until=timezone.now() - timedelta(seconds=1))
    make_session("bob", State.RUNNING)
    tasks.sweep.run()
    assert asked == [
        ("boot", (str(lost.pk),), {}),
        ("check_host", (), {"queue": "here.dq2", "expires": tasks.SWEEP_SECONDS}),
    ]


def test_a_host_is_checked_by_its_own_worker(make_session, control_api):
    session = make_session(state=State.RUNNING, worker_queue="celery@here.dq2")
    run(tasks.check_host)
    assert now(session).state == State.ENDED


def test_a_server_that_is_down_ends_no_session(make_session, settings, caplog):
    settings.THIN_CLIENT_URL = "http://127.0.0.1:1"
    session = make_session(state=State.RUNNING, worker_queue="celery@here.dq2")
    run(tasks.check_host)
    assert now(session).state == State.RUNNING
    assert "could not ask" in caplog.text


def test_beat_sweeps_and_boots_have_a_queue_of_their_own():
    schedule = app.conf.beat_schedule["launch-sweep"]
    assert schedule["task"] == tasks.sweep.name
    assert schedule["schedule"] <= 5
    assert app.amqp.router.route({}, tasks.boot.name)["queue"].name == "boot"
