"""A harvest while records change, and an incremental one after it: nothing is missing.

Hypothesis draws what happens between the pages. Against real processes that do as they
like: test_late_commits.py.
"""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from olive_portal.oai import services
from olive_portal.oai.models import Record
from tests.portal.oai.conftest import OAI, exposure

KEYS = st.integers(1, 12)
SETS = {"a": {"a": "A"}, "b": {"b": "B", "b:c": "C"}, "none": {}}
ACTIONS = st.one_of(
    st.tuples(st.just("edit"), KEYS, st.sampled_from("xyz"), st.sampled_from([*SETS])),
    st.tuples(st.just("withdraw"), KEYS),
    st.tuples(st.just("wait"), st.integers(1, 3)),
)


def act(action, clock):
    match action:
        case "edit", key, title, sets:
            services.expose([exposure(key, title=title, sets=SETS[sets])])
        case "withdraw", key:
            services.retire([f"item/{key}"])
        case "wait", seconds:
            clock.now += seconds


class Harvester:
    """Knows what it was told, as an aggregator does."""

    def __init__(self, ask):
        self.ask = ask
        self.store = {}
        self.seen = []

    def harvest(self, between, **window):
        answer = self.ask("ListRecords", metadataPrefix="oai_dc", **window)
        started = answer.text("responseDate")
        while True:
            self.take(answer)
            if not answer.token:
                return started
            between()
            answer = self.ask("ListRecords", resumptionToken=answer.token)
            assert answer.errors == []

    def take(self, answer):
        for record in answer.all("record"):
            header = record[0]
            identifier = header.findtext(f"{OAI}identifier")
            self.seen.append((identifier, header.findtext(f"{OAI}datestamp")))
            self.store[identifier] = (
                header.get("status") == "deleted",
                [element.text for element in header.iter(f"{OAI}setSpec")],
                "".join(record.itertext("{http://purl.org/dc/elements/1.1/}title")),
            )


def provided():
    return {
        record.identifier: (
            record.is_deleted,
            re.findall("<setSpec>(.*?)</setSpec>", record.set_specs),
            record.metadata.partition("<dc:title>")[2].partition("</dc:title>")[0],
        )
        for record in Record.objects.all()
    }


@pytest.mark.django_db
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(before=st.lists(ACTIONS, max_size=25), during=st.lists(ACTIONS, max_size=30))
def test_an_incremental_harvest_makes_up_for_all_that_changed(
    ask, clock, small_pages, before, during
):
    with transaction.atomic():
        for action in before:
            act(action, clock)
        clock.now += 1  # so that whatever changes from here on bears another stamp
        existing = dict(Record.objects.values_list("identifier", "datestamp"))
        left = list(during)

        def between():
            for action in left[:3]:
                act(action, clock)
            del left[:3]

        harvester = Harvester(ask)
        started = harvester.harvest(between)
        for action in left:
            act(action, clock)
        untouched = (
            existing.items()
            & dict(Record.objects.values_list("identifier", "datestamp")).items()
        )
        assert all(harvester.seen.count(pair) == 1 for pair in untouched)
        harvester.harvest(lambda: None, from_=started)
        assert harvester.store == provided()
        transaction.set_rollback(True)
