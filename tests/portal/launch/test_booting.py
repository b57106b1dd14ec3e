from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from olive_portal.launch import booting, tokens
from olive_portal.launch.models import Session, State
from vmnetx.errors import MachineFailed, Unreachable


@pytest.fixture
def claimed(make_session):
    return booting.claim(make_session().pk, queue="here.dq2")


def test_a_session_is_claimed_once(make_session):
    session = make_session()
    claimed = booting.claim(session.pk, queue="here.dq2")
    assert (claimed.state, claimed.attempts) == (State.BOOTING, 1)
    assert claimed.worker_queue == "here.dq2"
    assert booting.claim(session.pk, queue="there.dq2") is None


def test_what_has_ended_is_not_claimed(make_session):
    assert booting.claim(make_session(state=State.ENDED).pk, queue="x") is None


def test_booting_hands_a_running_machine_over(claimed, control_api):
    control_api.statuses = ["initializing", "starting", "running"]
    booting.boot(claimed)
    claimed.refresh_from_db()
    assert claimed.state == State.RUNNING
    assert claimed.instance_id == "M0"
    assert claimed.viewer_url == "ws://127.0.0.1:1/viewer/M0"
    assert claimed.viewer_token == "token of M0"
    (wanted,) = control_api.created
    assert wanted["start"] is True
    assert wanted["network"] == "none"
    assert wanted["user_ident"] == f"session {claimed.pk} attempt 1"
    assert tokens.read(wanted["url"].split("/")[4]).session == claimed


def test_a_machine_that_fails_is_taken_back(claimed, control_api):
    control_api.statuses = ["starting", "failed"]
    with pytest.raises(MachineFailed, match="QEMU said no"):
        booting.boot(claimed)
    assert control_api.instances == {}


def test_a_machine_that_never_runs_is_taken_back(claimed, control_api, monkeypatch):
    monkeypatch.setattr(booting, "START_SECONDS", 0.1)
    control_api.statuses = ["starting"]
    with pytest.raises(MachineFailed, match="starting after"):
        booting.boot(claimed)
    assert control_api.instances == {}


def test_a_server_that_forgets_the_machine_is_worth_another_try(claimed, control_api):
    control_api.on_create = lambda: control_api.instances.clear()
    control_api.row = lambda name: {"id": name}
    with pytest.raises(Unreachable):
        booting.boot(claimed)


@pytest.mark.django_db(transaction=True)
def test_who_lost_the_session_takes_the_machine_back(claimed, control_api):
    """The visitor ended it, or the sweep gave it to another, during the request."""
    Session.objects.filter(pk=claimed.pk).update(attempts=2)
    booting.boot(claimed)
    assert control_api.instances == {}
    claimed.refresh_from_db()
    assert (claimed.state, claimed.instance_id) == (State.BOOTING, "")


def test_putting_back_holds_the_lease_for_the_wait(claimed):
    assert booting.put_back(claimed, reason="Full.", wait=timedelta(seconds=60))
    claimed.refresh_from_db()
    assert (claimed.state, claimed.reason) == (State.QUEUED, "Full.")
    assert claimed.lease_until > timezone.now() + timedelta(seconds=60)


def test_an_overtaken_attempt_neither_fails_nor_puts_back(claimed):
    Session.objects.filter(pk=claimed.pk).update(attempts=2)
    booting.fail(claimed, reason="No.", detail="no")
    assert not booting.put_back(claimed, reason="No.", wait=timedelta())
    claimed.refresh_from_db()
    assert claimed.state == State.BOOTING
