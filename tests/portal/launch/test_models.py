from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from olive_portal.launch.models import OPEN, Session, State

MAY_MOVE = {
    (State.QUEUED, State.QUEUED),
    (State.BOOTING, State.QUEUED),
    (State.QUEUED, State.BOOTING),
    (State.BOOTING, State.RUNNING),
    (State.QUEUED, State.ENDED),
    (State.BOOTING, State.ENDED),
    (State.RUNNING, State.ENDED),
    (State.QUEUED, State.FAILED),
    (State.BOOTING, State.FAILED),
}


@pytest.mark.parametrize("to", State)
@pytest.mark.parametrize("start", State)
def test_a_state_moves_only_where_it_may(make_session, start, to):
    row = Session.objects.filter(pk=make_session(state=start).pk)
    if to == State.RUNNING:
        moved = row.advance(to, instance_id="X", running_at=timezone.now())
    elif to in OPEN:
        moved = row.advance(to)
    else:
        moved = row.close(to, reason="Over.")
    assert moved is ((start, to) in MAY_MOVE)
    assert row.get().state == (to if moved else start)


def test_a_closed_session_keeps_no_secret(make_session):
    row = Session.objects.filter(pk=make_session(state=State.RUNNING).pk)
    assert row.close(State.ENDED, reason="Over.")
    session = row.get()
    assert (session.token_nonce, session.viewer_token) == ("", "")
    assert session.gateway_url == ""
    assert session.ended_at is not None


def test_a_visitor_has_one_open_session_of_a_package(make_session):
    make_session(state=State.ENDED)
    make_session()
    with (
        pytest.raises(IntegrityError, match="visitor"),
        transaction.atomic(),
    ):
        make_session(state=State.RUNNING)


def test_it_may_run_here_and_on_ones_own_computer_at_once(make_session, make_thick):
    make_session()
    make_thick()
    with pytest.raises(IntegrityError, match="visitor"), transaction.atomic():
        make_thick()


@pytest.mark.parametrize(
    "changes", [{"worker_queue": "here.dq2"}, {"instance_id": "ONE"}]
)
def test_a_thick_client_has_nothing_here(make_thick, changes):
    with (
        pytest.raises(IntegrityError, match="thick_clients_need_no_host"),
        transaction.atomic(),
    ):
        make_thick(**changes)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("session_states_are_known", {"state": "asleep"}),
        ("running_sessions_have_a_machine", {"state": State.RUNNING}),
        ("only_closed_sessions_have_an_end", {"ended_at": timezone.now()}),
        (
            "closed_sessions_have_no_tokens",
            {"state": State.ENDED, "ended_at": timezone.now()},
        ),
    ],
)
def test_the_database_holds_what_must_always_hold(make_session, name, changes):
    session = make_session()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Session.objects.filter(pk=session.pk).update(**changes)


def test_of_attempt_leaves_an_overtaken_boot_out(make_session):
    session = make_session(state=State.BOOTING, attempts=2)
    row = Session.objects.filter(pk=session.pk)
    assert row.of_attempt(2).exists()
    assert not row.of_attempt(1).exists()
