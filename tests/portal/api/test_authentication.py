from __future__ import annotations

import pytest

from olive_portal.accounts import tokens

SESSIONS = "/api/v1/sessions"


def test_a_token_says_who_asks(their):
    assert their.get(SESSIONS).status_code == 200


def test_without_a_token_one_is_asked_for(client, db):
    answer = client.get(SESSIONS)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Olive"'


@pytest.mark.parametrize("header", ["Bearer", "Bearer no", "bearer a b", "Bearer \xff"])
@pytest.mark.parametrize("place", [SESSIONS, "/api/v1/items"])
def test_a_bad_token_is_refused_even_where_none_is_needed(client, db, header, place):
    answer = client.get(place, headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_the_scheme_may_be_in_small_letters(client, reader):
    _, secret = tokens.make(user=reader, name="a test")
    answer = client.get(SESSIONS, headers={"Authorization": f"bearer {secret}"})
    assert answer.status_code == 200


def test_other_schemes_are_nobodys(client, db):
    answer = client.get("/api/v1/items", headers={"Authorization": "Basic YTpi"})
    assert answer.status_code == 200


def test_a_cookie_opens_nothing(client, curator, make_item):
    make_item("plan", state="draft")
    client.force_login(curator)
    assert client.get(SESSIONS).status_code == 401
    assert client.get("/api/v1/items/plan").status_code == 404
