from __future__ import annotations

import pytest


@pytest.fixture
def shelf(make_exhibit, make_item, make_collection):
    make_exhibit("rogue")
    make_item("plan", state="draft")
    make_item("memtest", collection=make_collection("tools"), makers=["Brady, Chris"])


@pytest.mark.parametrize(
    ("question", "slugs"),
    [
        ("", ["rogue", "memtest"]),
        ("collection=tools", ["memtest"]),
        ("collection=nowhere", []),
        ("state=published", ["rogue", "memtest"]),
        ("state=draft", []),
    ],
)
def test_items_are_picked(client, shelf, question, slugs):
    found = client.get(f"/api/v1/items?{question}").json()["results"]
    assert [item["slug"] for item in found] == slugs


def test_items_of_an_agent_are_picked(client, shelf):
    agents = client.get("/api/v1/agents?name=BRADY").json()["results"]
    found = client.get(f"/api/v1/items?agent={agents[0]['id']}").json()["results"]
    assert [item["slug"] for item in found] == ["memtest"]


def test_packages_are_picked_by_item_and_by_bytes(client, shelf):
    (package,) = client.get("/api/v1/packages?item=rogue").json()["results"]
    again = client.get(f"/api/v1/packages?sha256={package['sha256']}").json()
    assert again["results"] == [package]
    assert client.get("/api/v1/packages?item=memtest").json()["results"] == []


@pytest.mark.parametrize(
    "question",
    [
        "items?collection=a/b",
        "items?colection=tools",
        "items/rogue?limit=1",
        "search?colection=tools",
        "?x=",
        "items?agent=0",
        "items?agent=",
        "items?agent=99999999999999999999",
        "items?state=withdrawn",
        "agents?name=%00",
        "packages?sha256=XYZ",
    ],
)
def test_nonsense_is_refused(client, db, question):
    assert client.get(f"/api/v1/{question}").status_code == 400
