from __future__ import annotations

import pytest

from vmnetx.wire.control import Pinger, Redial, implied_event, seconds_to_live
from vmnetx.wire.messages import AuthOk, VmStarted, VmStopped


def test_the_fourth_ping_without_an_answer_is_not_sent():
    pinger = Pinger()
    assert [pinger.is_due() for _ in range(4)] == [True, True, True, False]


def test_a_pong_answers_for_every_ping_before_it():
    pinger = Pinger()
    for _ in range(3):
        pinger.is_due()
    pinger.heard_pong()
    assert [pinger.is_due() for _ in range(4)] == [True, True, True, False]


def test_a_client_dials_at_once_and_then_ever_more_seldom():
    redial = Redial()
    assert [redial.next_delay() for _ in range(7)] == [0, 1, 2, 5, 10, 10, 10]


def test_only_auth_ok_starts_the_schedule_over():
    """A TCP connection did, and hammered servers that close at once (10.1.13)."""
    redial = Redial()
    redial.next_delay()
    assert redial.next_delay() == 1
    redial.heard_auth_ok()
    assert redial.next_delay() == 0


@pytest.mark.parametrize(
    ("state", "event"),
    [
        ("stopped", VmStopped()),
        ("unknown", VmStopped()),
        ("of-the-future", VmStopped()),
        ("running", VmStarted(check_display=False)),
        ("starting", None),
        ("stopping", None),
    ],
)
def test_a_stable_state_stands_for_its_event(state, event):
    assert implied_event(AuthOk(state, "Test VM")) == event


@pytest.mark.parametrize(("said", "meant"), [(305, 305), (0, None), (None, None)])
def test_a_client_gives_up_when_the_server_has(said, meant):
    auth_ok = AuthOk("running", "Test VM", server_timeout_max=said)
    assert seconds_to_live(auth_ok) == meant
