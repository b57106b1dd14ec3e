from __future__ import annotations

import pytest

from olive_portal.accounts.models import User
from olive_portal.preservation import services
from olive_portal.preservation.history import record_event
from olive_portal.preservation.models import EventKind

pytestmark = pytest.mark.django_db


def test_the_agent_outlives_the_account(make_folder):
    item = services.ingest(path=make_folder(package=None))
    alice = User.objects.create_user("alice")
    event = record_event(item, EventKind.EXECUTION, alice, "booted")
    alice.delete()
    event.refresh_from_db()
    assert (event.user, event.agent) == (None, "alice")


def test_what_nobody_asked_for_was_done_by_the_software(make_folder):
    item = services.ingest(path=make_folder(package=None))
    event = record_event(item, EventKind.EXECUTION, None, "booted")
    assert (event.agent, event.outcome) == ("Olive portal", "success")
