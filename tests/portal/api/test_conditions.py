from __future__ import annotations

import pytest

ITEM = "/api/v1/items/rogue"


@pytest.mark.parametrize(
    "place",
    ["", "items", "items/rogue", "collections", "agents", "packages", "openapi.json"],
)
def test_who_has_it_already_gets_304(client, make_exhibit, place):
    make_exhibit()
    first = client.get(f"/api/v1/{place}")
    again = client.get(
        f"/api/v1/{place}", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert (first.status_code, again.status_code) == (200, 304)
    assert again.content == b""


def test_another_record_has_another_etag(client, make_exhibit):
    item = make_exhibit()
    first = client.get(ITEM).headers["ETag"]
    item.media.update(alt="A dragon")
    assert client.get(ITEM).headers["ETag"] != first
    assert not first.startswith("W/")


def change(client, **headers):
    return client.patch(
        ITEM, {"version": "2"}, content_type="application/json", headers=headers
    )


def test_a_change_names_the_state_that_it_changes(client, curators, make_exhibit):
    make_exhibit()
    etag = curators.get(ITEM).headers["ETag"]
    changed = change(curators, **{"If-Match": etag})
    assert (changed.status_code, changed.json()["version"]) == (200, "2")
    assert changed.headers["ETag"] == curators.get(ITEM).headers["ETag"] != etag


def test_without_a_condition_nothing_is_changed(curators, make_exhibit):
    item = make_exhibit()
    assert change(curators).status_code == 428
    item.refresh_from_db()
    assert item.version == ""


def test_whoever_was_slower_changes_nothing(curators, make_exhibit):
    item = make_exhibit()
    etag = curators.get(ITEM).headers["ETag"]
    item.packages.update(network="user")
    assert change(curators, **{"If-Match": etag}).status_code == 412
    item.refresh_from_db()
    assert item.version == ""


@pytest.mark.parametrize("condition", ['"other"', 'W/"other"', "nonsense", ","])
def test_another_etag_changes_nothing(curators, make_exhibit, condition):
    make_exhibit()
    assert change(curators, **{"If-Match": condition}).status_code == 412


def test_any_state_will_do_for_who_says_so(curators, make_exhibit):
    make_exhibit()
    assert change(curators, **{"If-Match": "*"}).status_code == 200
