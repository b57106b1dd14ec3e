from __future__ import annotations

import pytest

from olive_portal.api.views import records
from olive_portal.catalogue import shelves


def problem(answer):
    assert answer.headers["Content-Type"] == "application/problem+json"
    found = answer.json()
    assert found["type"] == "about:blank"
    assert found["status"] == answer.status_code
    return found


@pytest.mark.parametrize(
    "place", ["items/none", "agents/9", "nothing/at/all", "items/%0A", "%0A"]
)
def test_what_is_not_there_is_a_problem(client, db, place):
    found = problem(client.get(f"/api/v1/{place}"))
    assert (found["status"], found["title"]) == (404, "Not Found")


def test_wrong_input_is_named_field_by_field(client, db):
    found = problem(client.get("/api/v1/items?agent=x&state=gone"))
    assert found["status"] == 400
    assert set(found["errors"]) == {"agent", "state"}


def test_errors_deep_inside_are_named_too(curators, make_collection):
    make_collection()
    body = {
        "slug": "a",
        "title": "A",
        "collection": "games",
        "contributions": [{"role": "king", "agent": {}}],
    }
    answer = curators.post("/api/v1/items", body, content_type="application/json")
    assert "role" in problem(answer)["errors"]["contributions"]["0"]


def test_a_method_that_is_not_there_is_a_problem(their):
    answer = their.delete("/api/v1/items")
    assert problem(answer)["status"] == 405
    assert "GET" in answer.headers["Allow"]


def test_a_media_type_that_is_not_there_is_a_problem(client, db):
    answer = client.get("/api/v1/items", headers={"Accept": "text/html"})
    assert problem(answer)["status"] == 406


def test_a_body_that_is_no_json_is_a_problem(their):
    for body, media_type, status in (
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"a=b", "application/x-www-form-urlencoded", 415),
    ):
        answer = their.post("/api/v1/sessions", body, content_type=media_type)
        assert problem(answer)["status"] == status


def test_a_mistake_of_ours_is_a_problem_too_and_a_page_for_people(
    client, db, monkeypatch
):
    def fail(*_args):
        raise RuntimeError("a secret of the house")

    client.raise_request_exception = False
    monkeypatch.setattr(records.Collections, "get_queryset", fail)
    found = client.get("/api/v1/collections")
    assert problem(found)["status"] == 500
    assert b"secret" not in found.content
    monkeypatch.setattr(shelves, "top_shelves", fail)
    page = client.get("/collections")
    assert page.status_code == 500
    assert page.headers["Content-Type"].startswith("text/html")
