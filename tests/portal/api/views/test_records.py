from __future__ import annotations

import pytest


def slugs(client, question=""):
    found = client.get(f"/api/v1/items{question}").json()["results"]
    return {item["slug"] for item in found}


@pytest.fixture
def shelf(make_item, make_package):
    for state in ("draft", "published", "withdrawn"):
        item = make_item(state, state=state, makers=[f"Maker of {state}"])
        make_package(item, number=1)
        make_package(item, number=2, state="draft")


def test_drafts_and_withdrawn_titles_are_in_no_list_of_the_public(
    client, their, curators, shelf
):
    assert slugs(client) == slugs(their) == {"published"}
    assert slugs(client, "?state=draft") == set()
    assert slugs(curators) == {"draft", "published"}
    assert slugs(curators, "?state=draft") == {"draft"}


def test_a_draft_is_there_for_curators_alone(client, their, curators, shelf):
    for who, status in ((client, 404), (their, 404), (curators, 200)):
        assert who.get("/api/v1/items/draft").status_code == status


def test_a_withdrawn_title_says_that_it_is_gone_and_why(client, make_item):
    make_item("gone", state="withdrawn", withdrawn_reason="Its owner asked.")
    answer = client.get("/api/v1/items/gone")
    assert (answer.status_code, answer.json()["detail"]) == (410, "Its owner asked.")


def test_a_withdrawn_title_is_not_described(curators, make_item):
    make_item("gone", state="withdrawn")
    answer = curators.patch(
        "/api/v1/items/gone",
        {"title": "Back"},
        content_type="application/json",
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 410


def test_who_only_made_what_is_not_public_is_not_told(client, curators, shelf):
    def names(who):
        return {a["name"] for a in who.get("/api/v1/agents").json()["results"]}

    assert names(client) == {"Maker of published"}
    assert names(curators) == {"Maker of draft", "Maker of published"}
    hidden = curators.get("/api/v1/agents?name=draft").json()["results"][0]["id"]
    assert client.get(f"/api/v1/agents/{hidden}").status_code == 404


def test_packages_of_the_public_are_the_published_ones(client, curators, shelf):
    rows = client.get("/api/v1/packages").json()["results"]
    assert [(row["item"], row["number"]) for row in rows] == [("published", 1)]
    assert client.get(f"/api/v1/packages/{rows[0]['id']}").json() == rows[0]
    mine = curators.get("/api/v1/packages").json()["results"]
    assert len(mine) == 6
    draft = next(row["id"] for row in mine if row["state"] == "draft")
    assert client.get(f"/api/v1/packages/{draft}").status_code == 404


def test_a_package_does_not_say_where_its_bytes_are(client, make_exhibit):
    make_exhibit()
    assert b".nxpk" not in client.get("/api/v1/packages").content


def test_collections_are_for_everybody(client, make_collection):
    make_collection("games")
    found = client.get("/api/v1/collections").json()["results"]
    assert [row["slug"] for row in found] == ["games"]
