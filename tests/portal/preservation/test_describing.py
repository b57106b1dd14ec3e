from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from olive_portal.catalogue.models import Agent, Collection, Item
from olive_portal.preservation.describing import Description, Part, describe

WOODS = "https://www.wikidata.org/entity/Q92879"


@pytest.fixture
def item(db):
    games = Collection.objects.create(slug="games", title="Games")
    return Item.objects.create(slug="adventure", title="Adventure", collection=games)


def test_what_is_not_mentioned_stays(item):
    describe(item, Description(subjects=["Caves"], identifiers=[("ifid", "1")]))
    assert describe(item, Description({"version": "2"})) == ["version"]
    assert item.subjects.get().term == "Caves"
    assert item.identifiers.get().value == "1"


def test_what_is_so_already_is_no_change(item):
    said = Description(
        {"title": "Adventure"},
        subjects=["Caves", "Mazes"],
        parts=[Part("creator", "Crowther, Will", "person")],
        identifiers=[("ifid", "1")],
    )
    assert describe(item, said) == ["subjects", "contributions", "identifiers"]
    assert describe(item, said) == []


def test_contributions_keep_the_order_that_they_were_said_in(item):
    parts = [Part("creator", name, "person") for name in ("Woods", "Crowther")]
    describe(item, Description(parts=parts))
    assert [str(row.agent) for row in item.contributions.all()] == ["Woods", "Crowther"]
    assert describe(item, Description(parts=parts[::-1])) == ["contributions"]


def test_a_part_that_is_said_twice_is_one(item):
    part = Part("creator", "Crowther, Will", "person")
    describe(item, Description(parts=[part, part]))
    assert item.contributions.count() == 1


def test_an_agent_is_known_by_its_uri_whatever_it_is_called(item):
    known = Agent.objects.create(name="Don Woods", uri=WOODS)
    part = Part("creator", "Woods, Donald R.", "person", WOODS)
    describe(item, Description(parts=[part]))
    assert item.contributions.get().agent == known
    known.refresh_from_db()
    assert known.name == "Don Woods"


def test_a_name_without_a_uri_is_not_the_one_that_has_one(item):
    Agent.objects.create(name="Don Woods", uri=WOODS)
    describe(item, Description(parts=[Part("creator", "Don Woods", "person")]))
    assert item.contributions.get().agent.uri == ""


def test_what_the_catalogue_refuses_is_refused(item):
    with pytest.raises(ValidationError):
        describe(item, Description({"issued": "yesterday"}))
