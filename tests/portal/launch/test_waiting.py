from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from olive_portal.launch import waiting
from olive_portal.launch.models import State

pytestmark = pytest.mark.django_db


def test_nobody_waits_where_nobody_is_queued(make_session):
    make_session("alice", State.RUNNING)
    make_session("bob", State.ENDED)
    assert waiting.reason() == ""


def test_a_session_that_was_just_asked_for_says_nothing(make_session):
    make_session("alice")
    assert waiting.reason() == ""


def test_who_waits_for_a_place_is_counted(make_session):
    make_session("alice", reason=waiting.FULL, attempts=1)
    assert waiting.reason().startswith("All places are taken, and 1 visitor waits")
    make_session("bob", reason=waiting.FULL, attempts=1)
    assert "2 visitors wait before you" in waiting.reason()


def test_a_session_that_nobody_takes_means_that_no_host_is_there(make_session):
    make_session("alice", created_at=timezone.now() - timedelta(minutes=1))
    assert "do not answer now" in waiting.reason()


def test_a_host_that_does_not_answer_is_told(make_session):
    make_session("alice", reason=waiting.SILENT, attempts=1)
    assert "do not answer now" in waiting.reason()
