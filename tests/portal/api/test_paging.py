from __future__ import annotations

from base64 import b64encode

import pytest


def walk(client, url, meanwhile=lambda: None):
    found = []
    while url:
        page = client.get(url).json()
        found += [row["slug"] for row in page["results"]]
        url = page["next"]
        meanwhile()
    return found


def test_a_walk_finds_each_row_once(client, make_item):
    slugs = [f"item-{n}" for n in range(7)]
    for slug in slugs:
        make_item(slug)
    assert walk(client, "/api/v1/items?limit=3") == slugs


def test_rows_that_come_and_go_shift_nothing(client, make_item):
    items = [make_item(f"item-{n}") for n in range(6)]

    def meanwhile():
        if items:
            items.pop(0).delete()

    assert walk(client, "/api/v1/items?limit=2", meanwhile) == [
        f"item-{n}" for n in range(6)
    ]


def test_a_filter_stays_on_the_next_page(client, make_item, make_collection):
    tools = make_collection("tools")
    for n in range(3):
        make_item(f"game-{n}")
        make_item(f"tool-{n}", collection=tools)
    assert walk(client, "/api/v1/items?limit=1&collection=tools") == [
        f"tool-{n}" for n in range(3)
    ]


def test_a_page_has_an_end(client, make_item):
    for n in range(2):
        make_item(f"item-{n}")
    assert len(client.get("/api/v1/items?limit=200").json()["results"]) == 2
    for limit in ("0", "201", "-1", "many", "", "\u0661"):
        assert client.get(f"/api/v1/items?limit={limit}").status_code == 400
    assert client.get("/api/v1/items?cursor=nonsense").status_code == 404


@pytest.mark.parametrize(
    "inside",
    [
        "p=abc",
        "r=1&p=abc",
        "p=%00",
        "p=-1",
        "p=9999999999999999999",
        "p=2026-11-25 08:48:00",
        "p=2026-99-25 08:48:00+00:00",
        "o=abc",
        "o=-1",
    ],
)
@pytest.mark.parametrize("place", ["items", "agents", "sessions"])
def test_a_cursor_of_ones_own_making_leads_nowhere(their, place, inside):
    cursor = b64encode(inside.encode()).decode()
    answer = their.get(f"/api/v1/{place}", {"cursor": cursor})
    assert answer.status_code == 404
