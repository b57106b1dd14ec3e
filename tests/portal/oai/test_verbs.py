"""What test_conformance.py does not ask of the six verbs."""

from __future__ import annotations

from olive_portal.oai import verbs
from olive_portal.oai.arguments import VERBS
from olive_portal.oai.models import Membership, Record


def test_every_verb_has_an_answer():
    assert verbs.ANSWERS.keys() == VERBS.keys()


def test_a_list_that_grew_is_never_smaller_than_what_is_delivered(
    expose_many, ask, clock
):
    expose_many(101)
    answer = ask("ListIdentifiers", metadataPrefix="oai_dc")
    clock.now += 60
    expose_many(250, title="All of them changed")
    sizes = []
    while answer.token:
        token = answer.one("resumptionToken")
        sizes.append((int(token.get("cursor")), int(token.get("completeListSize"))))
        answer = ask("ListIdentifiers", resumptionToken=answer.token)
    assert sizes == [(0, 101), (100, 201), (200, 301)]


def test_a_list_of_which_nothing_is_left_is_refused(expose_many, ask):
    expose_many(101)
    token = ask("ListIdentifiers", metadataPrefix="oai_dc").token
    Membership.objects.all().delete()
    Record.objects.all().delete()
    answer = ask("ListIdentifiers", resumptionToken=token)
    assert answer.errors == ["badResumptionToken"]


def test_a_list_of_a_format_that_was_given_up_is_refused(expose_many, ask, monkeypatch):
    expose_many(101)
    token = ask("ListIdentifiers", metadataPrefix="oai_dc").token
    monkeypatch.setattr(verbs, "FORMATS", {})
    answer = ask("ListIdentifiers", resumptionToken=token)
    assert answer.errors == ["badResumptionToken"]


def test_sets_that_are_gone_end_their_list(expose, ask):
    expose(sets={f"s{n:03}": f"Set {n}" for n in range(101)})
    token = ask("ListSets").token
    expose(sets={"a": "A"})
    assert ask("ListSets", resumptionToken=token).errors == ["badResumptionToken"]
