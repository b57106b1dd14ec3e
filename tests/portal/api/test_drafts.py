from __future__ import annotations

import pytest
from rest_framework.validators import UniqueValidator

from olive_portal.catalogue.models import Agent, ChangeNote, Item, Subject
from olive_portal.catalogue.services import follow_up
from olive_portal.preservation.models import Event

FULL = {
    "slug": "adventure",
    "title": "Adventure",
    "alternative_title": "ADVENT",
    "version": "3.50",
    "collection": "games",
    "issued": "1976",
    "language": "eng",
    "platform": "PDP-10",
    "abstract": "A cave.",
    "significance": "The first of its kind.",
    "system_requirements": "300 kB",
    "rights_uri": "https://rightsstatements.org/vocab/NKC/1.0/",
    "rights_text": "Not known.",
    "subjects": ["Interactive fiction", "Caves"],
    "contributions": [
        {"role": "creator", "agent": {"name": "Crowther, Will"}},
        {
            "role": "contributor",
            "agent": {
                "name": "Woods, Don",
                "kind": "person",
                "uri": "https://www.wikidata.org/entity/Q92879",
            },
        },
    ],
    "identifiers": [{"scheme": "ifid", "value": "ZCODE-1"}],
}


@pytest.fixture(autouse=True)
def games(make_collection):
    return make_collection("games")


def post(client, body):
    return client.post("/api/v1/items", body, content_type="application/json")


def patch(client, slug, body):
    url = f"/api/v1/items/{slug}"
    etag = client.get(url).headers.get("ETag", "*")
    return client.patch(
        url, body, content_type="application/json", headers={"If-Match": etag}
    )


def said(record):
    """What of the record could have been sent."""
    agents = [
        {**part, "agent": {k: v for k, v in part["agent"].items() if k != "id"}}
        for part in record["contributions"]
    ]
    return {name: record[name] for name in FULL} | {"contributions": agents}


def test_a_draft_is_made_with_everything_that_is_said(curators, curator):
    answer = post(curators, FULL)
    assert answer.status_code == 201
    place = answer.headers["Location"]
    assert place.endswith("/api/v1/items/adventure")
    record = curators.get(place).json()
    assert record == answer.json()
    assert record["state"] == "draft"
    crowther = {"name": "Crowther, Will", "kind": "person", "uri": ""}
    wanted = FULL["contributions"][1:]
    assert said(record) == FULL | {
        "subjects": ["Caves", "Interactive fiction"],
        "contributions": [{"role": "creator", "agent": crowther}, *wanted],
    }
    event = Event.objects.get()
    assert (event.kind, event.user) == ("ingestion", curator)


def test_a_title_and_its_place_are_enough(curators):
    few = {"slug": "a", "title": "A", "collection": "games"}
    assert post(curators, few).status_code == 201


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"slug": "not a slug"}, "slug"),
        ({"slug": "taken"}, "slug"),
        ({"collection": "nowhere"}, "collection"),
        ({"issued": "yesterday"}, "issued"),
        ({"rights_uri": "javascript:alert(1)"}, "rights_uri"),
        ({"subjects": ["x" * 201]}, "subjects"),
        ({"subjects": ["x"] * 201}, "subjects"),
        (
            {"contributions": [{"role": "king", "agent": {"name": "A"}}]},
            "contributions",
        ),
        ({"identifiers": [{"scheme": "no scheme", "value": "1"}]}, "identifiers"),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_is_made(
    curators, make_item, change, field
):
    make_item("taken")
    answer = post(curators, FULL | change)
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {field}
    assert Item.objects.count() == 1
    assert not Subject.objects.exists()
    assert not Agent.objects.exists()


def test_agents_that_are_known_are_found_again(curators):
    post(curators, FULL)
    post(curators, FULL | {"slug": "second", "identifiers": []})
    assert Agent.objects.count() == 2
    assert Subject.objects.count() == 2


def test_what_is_left_out_of_a_change_stays(curators):
    post(curators, FULL)
    before = curators.get("/api/v1/items/adventure").json()
    after = patch(curators, "adventure", {"abstract": "A large cave."}).json()
    differs = {name for name in before if before[name] != after[name]}
    assert differs == {"abstract", "changed_at"}


def test_a_list_is_replaced_whole(curators):
    post(curators, FULL)
    after = patch(
        curators,
        "adventure",
        {"subjects": ["Caves"], "contributions": [], "identifiers": []},
    ).json()
    assert (after["subjects"], after["contributions"], after["identifiers"]) == (
        ["Caves"],
        [],
        [],
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"contributions": [{}]},
        {"contributions": [{"role": "creator"}]},
        {"contributions": [{"role": "creator", "agent": {}}]},
        {"contributions": [{"agent": {"name": "A"}}]},
        {"identifiers": [{"scheme": "ifid"}]},
        {"subjects": [None]},
        {"title": None},
        {"contributions": None},
    ],
)
def test_what_is_in_a_list_is_whole_also_in_a_change(curators, make_item, wrong):
    make_item("rogue")
    assert patch(curators, "rogue", wrong).status_code == 400


def test_what_has_a_usual_value_has_it_also_in_a_change(curators, make_item):
    make_item("rogue")
    part = {"role": "creator", "agent": {"name": "Toy, Michael"}}
    (made,) = patch(curators, "rogue", {"contributions": [part, part]}).json()[
        "contributions"
    ]
    assert (made["agent"]["kind"], made["agent"]["uri"]) == ("person", "")


def test_what_an_old_record_left_stands_in_nobodys_way(curators, make_item):
    make_item("rogue", issued="around 1980")
    after = patch(curators, "rogue", {"version": "5.4"})
    assert (after.status_code, after.json()["issued"]) == (200, "around 1980")


def test_of_two_who_take_an_address_at_once_one_is_told(
    curators, make_item, monkeypatch
):
    make_item("adventure")
    monkeypatch.setattr(UniqueValidator, "__call__", lambda *_: None)
    answer = post(curators, FULL)
    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"slug"})


def test_a_real_change_reaches_harvesters_and_the_history(curators, curator, make_item):
    item = make_item("rogue")
    before = item.changed_at
    patch(curators, "rogue", {"abstract": "A dungeon.", "subjects": ["Caves"]})
    item.refresh_from_db()
    assert item.changed_at > before
    assert item.state == "published"
    event = Event.objects.get()
    assert (event.kind, event.detail, event.user) == (
        "metadata modification",
        "Changed: abstract, subjects.",
        curator,
    )


def test_nothing_is_left_to_be_followed_up(curators):
    """Else the ETag of an answer would hold for ten seconds only."""
    etag = post(curators, FULL).headers["ETag"]
    assert not ChangeNote.objects.exists()
    follow_up()
    assert curators.get("/api/v1/items/adventure").headers["ETag"] == etag
    etag = patch(curators, "adventure", {"version": "4"}).headers["ETag"]
    follow_up()
    assert curators.get("/api/v1/items/adventure").headers["ETag"] == etag


def test_what_is_true_already_changes_nothing(curators, make_item):
    item = make_item("rogue", abstract="A dungeon.")
    same = {"abstract": "A dungeon.", "subjects": [], "collection": "games"}
    assert patch(curators, "rogue", same).status_code == 200
    changed_at = item.changed_at
    item.refresh_from_db()
    assert item.changed_at == changed_at
    assert not Event.objects.exists()


def test_the_address_and_the_state_are_not_described(curators, make_item):
    make_item("rogue")
    after = patch(curators, "rogue", {"slug": "other", "state": "draft"}).json()
    assert (after["slug"], after["state"]) == ("rogue", "published")


def test_only_curators_describe(client, their, make_item, reader):
    make_item("rogue")
    for who, status in ((client, 401), (their, 403)):
        assert post(who, FULL).status_code == status
        assert patch(who, "rogue", {"title": "Mine"}).status_code == status
    reader.is_staff = True
    reader.save()
    assert post(their, FULL).status_code == 403
