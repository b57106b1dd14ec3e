from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from olive_portal.catalogue.models import Agent, Contribution, Identifier

pytestmark = pytest.mark.django_db
WIKIDATA = "https://www.wikidata.org/entity/Q92604"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"name": "K. Thompson", "uri": WIKIDATA}, {"name": "Ken", "uri": WIKIDATA}),
        ({"name": "Ken Thompson"}, {"name": "Ken Thompson"}),
    ],
)
def test_nobody_is_there_twice(first, second):
    Agent.objects.create(**first)
    with pytest.raises(IntegrityError), transaction.atomic():
        Agent.objects.create(**second)


def test_namesakes_with_different_uris_are_two(make_item):
    Agent.objects.create(name="John Smith", uri=WIKIDATA)
    Agent.objects.create(name="John Smith", uri=f"{WIKIDATA}1")
    Agent.objects.create(name="John Smith")
    assert Agent.objects.count() == 3


def test_an_agent_has_a_role_in_an_item_once(make_item):
    item = make_item(makers=["Michael Toy"])
    agent = Agent.objects.get()
    Contribution.objects.create(item=item, agent=agent, role="publisher")
    with pytest.raises(IntegrityError), transaction.atomic():
        Contribution.objects.create(item=item, agent=agent, role="creator")


def test_an_item_has_an_identifier_once(make_item):
    item = make_item()
    identifier = Identifier.objects.create(item=item, scheme="wikidata", value="Q1")
    assert str(identifier) == "wikidata:Q1"
    with pytest.raises(IntegrityError), transaction.atomic():
        Identifier.objects.create(item=item, scheme="wikidata", value="Q1")
