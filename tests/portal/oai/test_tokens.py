from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from olive_portal.oai import tokens
from olive_portal.oai.arguments import Selection
from olive_portal.oai.errors import Code, Refused
from olive_portal.oai.tokens import Place

SELECTION = Selection("oai_dc", "collection:games", "", "2024-02-29T23:59:59Z")
PLACE = Place("ListRecords", SELECTION, "2024-01-01T00:00:00Z", 77, 100, 250)


def refusal(token, verb="ListRecords"):
    with pytest.raises(Refused) as refused:
        tokens.read(token, verb)
    (problem,) = refused.value.problems
    return problem.code


def test_a_token_says_where_the_list_goes_on():
    assert tokens.read(tokens.issue(PLACE), "ListRecords") == PLACE


def test_a_token_needs_no_escaping_in_a_url_or_in_xml():
    assert re.fullmatch(r"[A-Za-z0-9\-_.]+", tokens.issue(PLACE))


def test_a_token_is_of_one_verb():
    assert refusal(tokens.issue(PLACE), "ListIdentifiers") == Code.BAD_RESUMPTION_TOKEN


def test_a_token_expires(monkeypatch):
    token = tokens.issue(PLACE)
    monkeypatch.setattr(tokens, "LIFETIME", timedelta(seconds=-1))
    assert refusal(token) == Code.BAD_RESUMPTION_TOKEN


def test_a_token_of_an_earlier_key_is_good(settings):
    token = tokens.issue(PLACE)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", [settings.SECRET_KEY]
    assert tokens.read(token, "ListRecords") == PLACE


@given(st.text())
def test_no_other_text_is_a_token(text):
    assert refusal(text) == Code.BAD_RESUMPTION_TOKEN


@given(st.data())
def test_no_changed_token_is_one(data):
    token = tokens.issue(PLACE)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(
        st.sampled_from("Aa0-_.+/=%\x00").filter(lambda c: c != token[at])
    )
    changed = token[:at] + other + token[at + 1 :]
    assert refusal(changed) == Code.BAD_RESUMPTION_TOKEN
    assert refusal(token[:at]) == Code.BAD_RESUMPTION_TOKEN
