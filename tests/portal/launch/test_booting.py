from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from olive_portal.launch import booting, tokens
from olive_portal.launch.models import Session, State
from vmnetx.client import NEVER, Instance
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
    assert claimed.gateway_url == "vmnetx://127.0.0.1/M0/code"
    (wanted,) = control_api.created
    assert wanted["start"] is True
    assert wanted["network"] == "none"
    assert wanted["user_ident"] == f"session {claimed.pk} attempt 1"
    assert tokens.read(wanted["url"].split("/")[4]) == claimed


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


def restoring(progress):
    return ("starting", {"memory": "restoring", "progress": progress})


@pytest.fixture
def written(monkeypatch):
    """What a boot wrote down of its memory image, in order."""
    rows = []
    keep = booting.Boot.keep

    def seen(self, **changes):
        keep(self, **changes)
        if "memory" in changes:
            rows.append((changes["memory"], changes["progress"]))

    monkeypatch.setattr(booting.Boot, "keep", seen)
    return rows


def test_the_row_says_how_far_the_memory_image_is(
    claimed, control_api, written, monkeypatch
):
    monkeypatch.setattr(booting, "TELL_SECONDS", 0)
    restored = ("running", {"memory": "restored", "progress": None})
    control_api.statuses = ["starting", restoring(0.0), restoring(0.5), restored]
    booting.boot(claimed)
    claimed.refresh_from_db()
    assert (claimed.state, claimed.memory) == (State.RUNNING, "restored")
    assert claimed.progress is None
    assert written == [("restoring", 0.0), ("restoring", 0.5)]


INSTANCE = Instance("M0", "", "Cave", None, "starting", "", NEVER, "", "")


class Kept:
    """A boot that only counts what it is to keep."""

    def __init__(self):
        self.progress = []

    def keep(self, *, progress, memory):
        assert memory == "restoring"
        self.progress.append(progress)


def test_progress_is_written_no_more_often_than_it_is_seen():
    kept = Kept()
    watch = booting.Watch(kept)
    begun = time.monotonic()
    for step in range(101):
        current = replace(INSTANCE, memory="restoring", progress=step / 100)
        watch.note(current, begun + step * 0.05)
    assert kept.progress[0] == 0
    assert kept.progress == sorted(set(kept.progress))
    assert len(kept.progress) > 5 / booting.TELL_SECONDS / 2
    assert len(kept.progress) <= 5 / booting.TELL_SECONDS + 1


def test_what_does_not_move_is_written_for_its_lease_alone():
    kept = Kept()
    watch = booting.Watch(kept)
    begun = time.monotonic()
    current = replace(INSTANCE, memory="restoring", progress=0.5)
    for step in range(101):
        watch.note(current, begun + step * 0.05)
    assert 3 <= len(kept.progress) <= 6
    with pytest.raises(MachineFailed, match="starting after"):
        watch.note(current, begun + booting.START_SECONDS + 1)


def test_a_rejected_image_is_told_to_the_curator_with_its_reason(claimed, control_api):
    rejected = {"memory": "rejected", "memory_detail": "It is of QEMU 99"}
    control_api.statuses = ["starting", ("running", rejected)]
    booting.boot(claimed)
    claimed.refresh_from_db()
    assert (claimed.state, claimed.memory) == (State.RUNNING, "rejected")
    assert claimed.detail == "The memory image was rejected: It is of QEMU 99"


def test_a_restore_that_moves_has_its_time(claimed, control_api, monkeypatch):
    monkeypatch.setattr(booting, "START_SECONDS", 0.2)
    monkeypatch.setattr(booting, "FIRST_PAUSE", 0.1)
    steps = [restoring(number / 10) for number in range(10)]
    control_api.statuses = [*steps, "running"]
    booting.boot(claimed)
    claimed.refresh_from_db()
    assert claimed.state == State.RUNNING


def test_a_word_of_a_newer_server_is_no_error(claimed, control_api):
    control_api.statuses = [("running", {"memory": "dreaming"})]
    booting.boot(claimed)
    claimed.refresh_from_db()
    assert claimed.memory == "none"
