from __future__ import annotations

import pytest

from olive_portal.catalogue import services
from olive_portal.catalogue.search.finding import ITEMS_ON_A_PAGE

SEARCH = "/api/v1/search"


@pytest.fixture
def shelf(make_item, make_collection):
    tools = make_collection("tools", title="System tools")
    make_item("rogue", abstract="A dungeon of caves.", platform="Unix", issued="1980")
    make_item("adventure", abstract="One large cave.", platform="PDP-10", issued="1976")
    make_item("memtest", abstract="Tests memory.", collection=tools, issued="2004")
    make_item("plan", abstract="A cave to come.", state="draft")
    services.index_everything()


def slugs(answer):
    return [hit["item"]["slug"] for hit in answer["results"]]


def search(client, question=""):
    answer = client.get(f"{SEARCH}{question}")
    assert answer.status_code == 200
    return answer.json()


def test_words_find_titles_and_show_where_they_are(client, shelf):
    found = search(client, "?q=cave")
    assert sorted(slugs(found)) == ["adventure", "rogue"]
    assert found["total"] == 2
    assert all("<mark>" in hit["excerpt"] for hit in found["results"])


def test_a_draft_is_not_found_nor_counted_whoever_asks(client, curators, shelf):
    assert search(curators, "?q=cave") == search(client, "?q=cave")
    assert search(curators, "?q=come")["total"] == 0


def test_facets_have_counts_and_narrow(client, shelf):
    everything = search(client)
    assert everything["facets"]["collection"] == [
        {"value": "games", "label": "Games", "count": 2},
        {"value": "tools", "label": "System tools", "count": 1},
    ]
    assert slugs(search(client, "?collection=tools")) == ["memtest"]
    both = search(client, "?platform=Unix&platform=PDP-10&sort=oldest")
    assert slugs(both) == ["adventure", "rogue"]


def test_a_slip_is_forgiven_and_said(client, shelf):
    found = search(client, "?q=advenutre")
    assert (found["corrected"], slugs(found)) == ("adventure", ["adventure"])


def test_pages_lead_on_and_back(client, make_item):
    for n in range(ITEMS_ON_A_PAGE + 1):
        make_item(f"item-{n}", title=f"Item {n:02}")
    services.index_everything()
    first = search(client)
    second = client.get(first["next"]).json()
    assert (first["previous"], second["next"]) == (None, None)
    assert slugs(second) == [f"item-{ITEMS_ON_A_PAGE}"]
    assert client.get(second["previous"]).json() == first


def test_an_item_is_as_it_is_elsewhere(client, shelf):
    (hit,) = search(client, "?q=memory")["results"]
    assert hit["item"] == client.get("/api/v1/items/memtest").json()
    assert set(hit["item"]) >= {"title", "packages", "media"}


@pytest.mark.parametrize(
    "question", ["?sort=best", "?page=0", "?page=x", "?q=%00", "?decade=" + "x" * 301]
)
def test_nonsense_is_refused(client, db, question):
    assert client.get(f"{SEARCH}{question}").status_code == 400


def test_what_a_program_changes_is_found_at_once(client, curators, shelf):
    curators.patch(
        "/api/v1/items/rogue",
        {"abstract": "Full of kestrels."},
        content_type="application/json",
        headers={"If-Match": "*"},
    )
    assert slugs(search(client, "?q=kestrels")) == ["rogue"]
