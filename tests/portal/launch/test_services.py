from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.utils import timezone
from kombu import pools

from olive_portal.celery import app
from olive_portal.launch import services
from olive_portal.launch.errors import NoAnswer, NotRunning, TooManyLaunches
from olive_portal.launch.models import Client, Session, Shot, State
from olive_portal.launch.services import end_session, request_session

THICK = Client.THICK


@pytest.mark.usefixtures("db")
def test_the_worker_is_asked_only_after_commit(
    package, asked, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        session = request_session(package=package, visitor="alice")
        assert asked == []
    assert asked == [("boot", (str(session.pk),), {})]
    assert session.state == State.QUEUED


def test_a_second_click_gets_the_same_session(package, asked):
    first = request_session(package=package, visitor="alice")
    assert request_session(package=package, visitor="alice") == first
    assert Session.objects.count() == 1


def test_each_visitor_has_their_own_session(package, asked):
    alice = request_session(package=package, visitor="alice")
    assert request_session(package=package, visitor="bob") != alice


def test_after_the_end_there_is_a_new_session(package, asked):
    first = request_session(package=package, visitor="alice")
    end_session(session=first)
    assert request_session(package=package, visitor="alice") != first


def test_a_visitor_has_no_more_than_so_many_open(make_package, asked, settings):
    settings.OLIVE_LAUNCH_MAX_OPEN = 2
    one, two, three = (make_package(slug) for slug in ("one", "two", "three"))
    request_session(package=one, visitor="alice")
    held = request_session(package=two, visitor="alice")
    with pytest.raises(TooManyLaunches, match="2 programs"):
        request_session(package=three, visitor="alice")
    assert request_session(package=three, visitor="bob")
    assert request_session(package=two, visitor="alice") == held
    end_session(session=held)
    assert request_session(package=three, visitor="alice")


def test_a_visitor_launches_no_more_often_than_so(package, asked, settings):
    settings.OLIVE_LAUNCH_RATE = 2
    for _ in range(2):
        end_session(session=request_session(package=package, visitor="alice"))
    with pytest.raises(TooManyLaunches):
        request_session(package=package, visitor="alice")
    assert Session.objects.count() == 2
    Session.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    assert request_session(package=package, visitor="alice")


def test_for_a_thick_client_nothing_starts_here(
    package, asked, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        session = request_session(package=package, visitor="alice", client=THICK)
    assert asked == []
    assert session.is_running
    assert request_session(package=package, visitor="alice", client=THICK) == session
    assert request_session(package=package, visitor="alice") != session


def test_what_runs_elsewhere_takes_no_place_here(make_package, asked, settings):
    settings.OLIVE_LAUNCH_MAX_OPEN = 1
    one, two = make_package("one"), make_package("two")
    request_session(package=one, visitor="alice", client=THICK)
    request_session(package=one, visitor="alice")
    assert request_session(package=two, visitor="alice", client=THICK)
    with pytest.raises(TooManyLaunches):
        request_session(package=two, visitor="alice")


def test_links_are_no_more_often_given_than_machines(package, asked, settings):
    settings.OLIVE_LAUNCH_RATE = 1
    session = request_session(package=package, visitor="alice", client=THICK)
    end_session(session=session)
    with pytest.raises(TooManyLaunches):
        request_session(package=package, visitor="alice", client=THICK)


def test_what_runs_elsewhere_is_not_restarted_or_photographed(make_thick):
    session = make_thick()
    for service in (services.restart_session, services.take_screenshot):
        with pytest.raises(NotRunning, match="your own computer"):
            service(session=session)


@pytest.fixture
def no_broker(tmp_path):
    """A broker's socket that nobody listens on."""
    before = app.conf.broker_url, app.conf.broker_write_url
    url = f"redis+socket://{tmp_path}/no.sock"
    app.conf.broker_url = app.conf.broker_write_url = url
    app.set_current()
    pools.reset()
    app.amqp.__dict__.pop("_producer_pool", None)
    yield
    app.conf.broker_url, app.conf.broker_write_url = before
    pools.reset()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_broker")
def test_with_the_broker_down_the_session_waits_and_the_click_is_quick(package, caplog):
    started = time.monotonic()
    session = request_session(package=package, visitor="alice")
    assert time.monotonic() - started < 3
    assert "The broker did not take" in caplog.text
    session.refresh_from_db()
    assert session.state == State.QUEUED


def test_ending_goes_to_the_host_that_runs_it_and_only_once(
    make_session, asked, django_capture_on_commit_callbacks
):
    session = make_session(state=State.RUNNING)
    with django_capture_on_commit_callbacks(execute=True):
        end_session(session=session)
        end_session(session=session)
    assert asked == [("end", (str(session.pk),), {"queue": "here.dq2"})]
    session.refresh_from_db()
    assert (session.state, session.viewer_token) == (State.ENDED, "")
    assert session.reason == "You ended the session."


def test_only_what_runs_is_restarted(make_session, asked):
    with pytest.raises(NotRunning):
        services.restart_session(session=make_session())


def test_a_screenshot_waits_for_the_host(
    make_session, monkeypatch, django_capture_on_commit_callbacks
):
    session = make_session(state=State.RUNNING)

    def host(session, task):
        Shot.objects.create(session=session, png=b"png", taken_at=timezone.now())

    monkeypatch.setattr(services, "_ask_host", host)
    assert services.take_screenshot(session=session) == b"png"


def test_a_host_that_is_silent_makes_no_endless_wait(make_session, asked, monkeypatch):
    monkeypatch.setattr(services, "SHOT_SECONDS", 0.1)
    session = make_session(state=State.RUNNING)
    long_ago = timezone.now() - timedelta(minutes=1)
    Shot.objects.create(session=session, png=b"old", taken_at=long_ago)
    with pytest.raises(NoAnswer):
        services.take_screenshot(session=session)


def test_watching_is_written_down_now_and_then(make_session, django_assert_num_queries):
    session = make_session()
    with django_assert_num_queries(0):
        services.note_watching(session=session)
    earlier = timezone.now() - timedelta(minutes=1)
    Session.objects.update(watched_at=earlier)
    session.refresh_from_db()
    services.note_watching(session=session)
    session.refresh_from_db()
    assert session.watched_at > earlier
