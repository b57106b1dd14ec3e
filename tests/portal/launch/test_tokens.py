from __future__ import annotations

import pytest
from django.core import signing
from django.utils import timezone

from olive_portal.launch import tokens
from olive_portal.launch.errors import BadToken
from olive_portal.launch.models import Session, State


def refused(token):
    with pytest.raises(BadToken) as refusal:
        tokens.read(token)
    return refusal


def test_a_token_opens_its_session_and_package(make_session):
    session = make_session()
    assert tokens.read(tokens.issue(session)) == session


def test_a_token_is_read_with_one_query(make_session, django_assert_num_queries):
    token = tokens.issue(make_session())
    with django_assert_num_queries(1):
        assert tokens.read(token).package.name  # read along


@pytest.mark.parametrize("place", [0, 20, -1])
def test_a_forged_token_is_refused(make_session, place):
    letters = list(tokens.issue(make_session()))
    letters[place] = "x" if letters[place] != "x" else "y"
    refused("".join(letters))


@pytest.mark.parametrize("token", ["", ":", "a:b:c", "\x00", "é", "a" * 4000])
def test_what_is_no_token_is_refused(db, token):
    refused(token)


def test_an_expired_token_is_refused(make_session, settings, monkeypatch):
    session = make_session()
    then = timezone.now().timestamp()
    token = tokens.issue(session)
    hours = settings.OLIVE_LAUNCH_TOKEN_HOURS
    monkeypatch.setattr(signing.time, "time", lambda: then + hours * 3600 - 60)
    assert tokens.read(token)
    monkeypatch.setattr(signing.time, "time", lambda: then + hours * 3600 + 60)
    refused(token)


@pytest.mark.parametrize("state", [State.ENDED, State.FAILED])
def test_the_token_of_a_closed_session_is_refused_at_once(make_session, state):
    session = make_session()
    token = tokens.issue(session)
    assert Session.objects.filter(pk=session.pk).close(state, reason="Over.")
    refused(token)


def test_a_revoked_token_is_refused_while_its_session_goes_on(make_session):
    session = make_session()
    token = tokens.issue(session)
    Session.objects.update(token_nonce="another")
    refused(token)
    session.refresh_from_db()
    assert tokens.read(tokens.issue(session)) == session


def test_a_token_for_another_package_is_refused(make_session, make_package):
    session = make_session()
    token = tokens.issue(session)
    Session.objects.update(package=make_package("another"))
    refused(token)


def test_what_was_signed_for_something_else_is_refused(make_session):
    session = make_session()
    claims = [session.pk.hex, session.package_id, session.token_nonce]
    assert tokens.read(signing.dumps(claims, salt=tokens.SALT))
    refused(signing.dumps(claims, salt="olive_portal.launch.another"))
    refused(signing.dumps(claims))


def test_a_rotated_key_keeps_tokens_valid(make_session, settings):
    token = tokens.issue(make_session())
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the new key" * 5
    assert tokens.read(token)
    settings.SECRET_KEY_FALLBACKS = []
    refused(token)


def test_a_refusal_does_not_carry_the_token(make_session):
    token = tokens.issue(make_session()) + "x"
    refusal = refused(token)
    assert token not in repr(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__


def test_a_token_of_an_earlier_release_opens_its_session(make_session):
    session = make_session()
    claims = [session.pk.hex, session.package_id, session.token_nonce, "server"]
    assert tokens.read(signing.dumps(claims, salt=tokens.SALT)) == session


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_thick_client_is_started_on_the_package(make_thick, settings, scheme):
    settings.BASE_URL = f"{scheme}://portal.example"
    url = tokens.desktop_url(make_thick())
    assert url.startswith(f"vmnetx+{scheme}://portal.example/launch/")
    assert url.endswith("/invaders-10.nxpk")
    assert tokens.desktop_url(make_thick("bob", state=State.ENDED)) == ""


def test_a_thin_client_is_started_on_the_screen_once_there_is_one(make_session):
    assert tokens.desktop_url(make_session()) == ""
    running = make_session("bob", State.RUNNING)
    assert tokens.desktop_url(running) == "vmnetx://127.0.0.1/ONE/code"


def test_a_name_that_no_url_can_hold_is_replaced(package):
    package.name = "侵略者"
    assert tokens.name(package) == "package"
