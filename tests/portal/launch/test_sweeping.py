from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from olive_portal.launch import sweeping
from olive_portal.launch.models import Session, State

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def ago(**span):
    return timezone.now() - timedelta(**span)


@pytest.mark.parametrize("state", [State.QUEUED, State.BOOTING])
def test_what_nobody_is_at_work_on_is_queued_again_once(make_session, state):
    session = make_session(state=state, lease_until=ago(seconds=1))
    assert sweeping.requeue_lost() == [session.pk]
    assert sweeping.requeue_lost() == []
    session.refresh_from_db()
    assert session.state == State.QUEUED


@pytest.mark.parametrize("state", State)
def test_what_is_being_worked_on_or_over_is_left_alone(make_session, state):
    lease = timezone.now() + timedelta(seconds=5)
    make_session(state=state, lease_until=lease)
    assert sweeping.requeue_lost() == []


@pytest.mark.parametrize(
    ("state", "field", "age", "end", "reason"),
    [
        (State.RUNNING, "watched_at", 11 * MINUTE, State.ENDED, "Nobody watched"),
        (State.QUEUED, "watched_at", 11 * MINUTE, State.ENDED, "Nobody watched"),
        (State.RUNNING, "created_at", 13 * HOUR, State.ENDED, "12 h old"),
        (State.RUNNING, "checked_at", 3 * MINUTE, State.ENDED, "cannot be"),
        (State.BOOTING, "created_at", 11 * MINUTE, State.FAILED, "ten minutes"),
        (State.RUNNING, "created_at", 11 * MINUTE, State.RUNNING, ""),
        (State.RUNNING, "checked_at", MINUTE, State.RUNNING, ""),
    ],
)
def test_what_is_forgotten_is_closed_with_a_reason(
    make_session, state, field, age, end, reason
):
    # Now, and not when the tests were collected: that may be minutes ago.
    session = make_session(state=state, **{field: timezone.now() - age})
    sweeping.close_forgotten()
    session.refresh_from_db()
    assert session.state == end
    assert reason in session.reason


def test_what_runs_elsewhere_is_closed_when_its_link_expires(make_thick):
    unseen = make_thick(watched_at=ago(hours=11), created_at=ago(hours=11))
    old = make_thick("bob", watched_at=ago(hours=13), created_at=ago(hours=13))
    sweeping.close_forgotten()
    unseen.refresh_from_db()
    old.refresh_from_db()
    assert (unseen.state, old.state) == (State.RUNNING, State.ENDED)
    assert sweeping.requeue_lost() == sweeping.hosts() == []


def test_hosts_are_those_that_may_have_machines(make_session):
    make_session("alice", State.RUNNING, worker_queue="a.dq2")
    make_session("bob", State.ENDED, worker_queue="b.dq2")
    make_session("carol", State.RUNNING, worker_queue="a.dq2")
    make_session("dora", State.ENDED, worker_queue="d.dq2", ended_at=ago(hours=2))
    make_session("emil")
    assert sorted(sweeping.hosts()) == ["a.dq2", "b.dq2"]


def test_a_session_whose_machine_is_gone_has_ended(make_session, control_api):
    session = make_session(state=State.RUNNING)
    elsewhere = make_session("bob", State.RUNNING, worker_queue="there.dq2")
    sweeping.check_host("here.dq2")
    session.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (session.state, elsewhere.state) == (State.ENDED, State.RUNNING)
    assert "started anew" in session.reason


@pytest.mark.parametrize("status", sorted(sweeping.DEAD))
def test_a_session_whose_machine_stopped_has_ended(make_session, control_api, status):
    session = make_session(state=State.RUNNING)
    control_api.add("ONE", user_ident=session.user_ident, statuses=[status])
    sweeping.check_host("here.dq2")
    session.refresh_from_db()
    assert session.state == State.ENDED
    assert control_api.instances == {}


def test_a_machine_that_runs_is_noted(make_session, control_api):
    session = make_session(state=State.RUNNING, checked_at=ago(minutes=1))
    control_api.add("ONE", user_ident=session.user_ident)
    sweeping.check_host("here.dq2")
    session.refresh_from_db()
    assert session.checked_at > ago(seconds=30)
    assert list(control_api.instances) == ["ONE"]


def test_who_sees_the_screen_without_the_page_watches(make_session, control_api):
    watched = make_session(state=State.RUNNING, watched_at=ago(minutes=9))
    left = make_session("bob", State.RUNNING, instance_id="TWO")
    told = {"last_seen": ago(seconds=3).isoformat()}
    control_api.add("ONE", user_ident=watched.user_ident, statuses=[("running", told)])
    long_ago = {"last_seen": ago(minutes=9).isoformat()}
    control_api.add("TWO", user_ident=left.user_ident, statuses=[("running", long_ago)])
    sweeping.check_host("here.dq2")
    before = left.watched_at
    watched.refresh_from_db()
    left.refresh_from_db()
    assert watched.watched_at > ago(minutes=1)
    assert left.watched_at == before


def test_an_image_that_is_rejected_after_the_start_is_noted(make_session, control_api):
    session = make_session(state=State.RUNNING, memory="restored")
    black = {"memory": "rejected", "memory_detail": "The screen was black"}
    control_api.add("ONE", user_ident=session.user_ident, statuses=[("running", black)])
    sweeping.check_host("here.dq2")
    session.refresh_from_db()
    assert session.memory == "rejected"
    assert session.detail.endswith("The screen was black")


def test_machines_that_nobody_owns_are_destroyed(make_session, control_api):
    booting = make_session("alice", State.BOOTING, attempts=2)
    ended = make_session("bob", State.ENDED, attempts=1)
    control_api.add("NOW", user_ident=booting.user_ident)
    control_api.add("EARLIER", user_ident=f"session {booting.pk} attempt 1")
    control_api.add("ENDED", user_ident=ended.user_ident)
    control_api.add("PROOF", user_ident="boot proof")
    control_api.add("NAMELESS", user_ident=None)
    control_api.add("ODD", user_ident=f"session {'-' * 36} attempt 1")
    sweeping.check_host("here.dq2")
    assert set(control_api.instances) == {"NOW", "PROOF", "NAMELESS", "ODD"}
    assert Session.objects.get(pk=booting.pk).state == State.BOOTING
