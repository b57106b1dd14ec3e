from __future__ import annotations

import pytest


def test_a_proxy_may_keep_what_anybody_gets_and_asks_each_time(client, db):
    answer = client.get("/api/v1/collections")
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert "Authorization" in answer.headers["Vary"]


def test_what_a_token_gets_is_its_own(their):
    answer = their.get("/api/v1/collections")
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_a_session_is_kept_nowhere(their):
    assert their.get("/api/v1/sessions").headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("place", ["items", "items/none", "openapi.json"])
def test_any_page_may_read_without_cookies(client, db, place):
    origin = {"Origin": "https://elsewhere.example"}
    answer = client.get(f"/api/v1/{place}", headers=origin)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers


def preflight(client, method):
    return client.options(
        "/api/v1/items",
        headers={
            "Origin": "https://elsewhere.example",
            "Access-Control-Request-Method": method,
        },
    )


def test_any_page_may_ask_whether_it_may_read_and_not_write(client, db):
    allowed = preflight(client, "POST").headers["Access-Control-Allow-Methods"]
    assert allowed == "GET, HEAD, OPTIONS"


def test_pages_for_people_are_not_opened_to_other_sites(client, db):
    answer = client.get("/collections", headers={"Origin": "https://elsewhere.example"})
    assert "Access-Control-Allow-Origin" not in answer.headers
