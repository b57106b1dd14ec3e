from __future__ import annotations

import pytest

from olive_portal.launch import machines
from olive_portal.launch.models import Shot, State
from tests.portal.launch.conftest import PNG
from vmnetx.errors import Absent


def test_ending_destroys_every_machine_of_the_session_and_no_other(
    make_session, control_api
):
    session = make_session(state=State.ENDED, instance_id="ONE")
    control_api.add("ONE", user_ident=session.user_ident)
    control_api.add("LOST", user_ident=f"session {session.pk} attempt 7")
    control_api.add("OTHER", user_ident="boot proof")
    machines.destroy(session.pk)
    machines.destroy(session.pk)
    assert list(control_api.instances) == ["OTHER"]


def test_the_machine_of_an_open_session_is_not_destroyed(make_session, control_api):
    session = make_session(state=State.RUNNING)
    control_api.add("ONE", user_ident=session.user_ident)
    machines.destroy(session.pk)
    assert list(control_api.instances) == ["ONE"]


def test_the_running_machine_is_restarted(make_session, control_api):
    machines.restart(make_session(state=State.RUNNING).pk)
    machines.restart(make_session("bob").pk)
    assert control_api.restarted == ["ONE"]


def test_the_screen_is_kept_for_the_visitor(make_session, control_api):
    session = make_session(state=State.RUNNING)
    control_api.add("ONE", user_ident=session.user_ident)
    machines.shoot(session.pk)
    machines.shoot(session.pk)
    assert bytes(Shot.objects.get(session=session).png) == PNG


def test_there_is_no_screen_of_a_machine_that_is_gone(make_session, control_api):
    with pytest.raises(Absent):
        machines.shoot(make_session(state=State.RUNNING).pk)
    assert not Shot.objects.exists()
