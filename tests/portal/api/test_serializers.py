from __future__ import annotations

import pytest


@pytest.fixture
def record(client, make_exhibit, settings):
    settings.BASE_URL = "https://olive.example"
    make_exhibit(issued="1980", platform="VAX-11, BSD Unix")
    return client.get("/api/v1/items/rogue").json()


def test_an_item_has_its_facts(record):
    assert record["title"] == "Rogue"
    assert record["collection"] == "games"
    assert record["page"] == "https://olive.example/items/rogue"
    assert [part["agent"]["name"] for part in record["contributions"]] == [
        "Michael Toy",
        "Glenn Wichman",
    ]


def test_an_item_has_its_screens_with_their_text(record):
    (shot,) = record["media"]
    assert shot["url"].startswith("https://olive.example/media/rogue/")
    assert (shot["kind"], shot["alt"], shot["width"]) == (
        "screenshot",
        "A dungeon",
        640,
    )


def test_an_item_has_its_published_packages(client, make_item, make_package):
    item = make_item("rogue")
    make_package(item, number=1)
    make_package(item, number=2)
    make_package(item, number=3, state="draft")
    packages = client.get("/api/v1/items/rogue").json()["packages"]
    assert [(p["number"], p["item"]) for p in packages] == [(2, "rogue"), (1, "rogue")]


def test_many_items_cost_no_more_queries_than_one(
    client, make_exhibit, django_assert_max_num_queries
):
    for n in range(5):
        make_exhibit(f"item-{n}")
    with django_assert_max_num_queries(10):
        client.get("/api/v1/items")


def test_a_collection_says_where_it_is_and_how_much_is_in_it(
    client, make_collection, make_item
):
    games = make_collection("games")
    make_collection("text", parent=games)
    make_item("rogue")
    make_item("plan", state="draft")
    record = client.get("/api/v1/collections/games").json()
    assert (record["item_count"], record["parent"]) == (1, None)
    assert client.get("/api/v1/collections/text").json()["parent"] == "games"
