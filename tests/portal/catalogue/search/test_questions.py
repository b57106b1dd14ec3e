from __future__ import annotations

import pytest
from django.http import QueryDict

from olive_portal.catalogue.search.questions import MOST_VALUES, Question, Sort


def ask(query):
    return Question.read(QueryDict(query))


def test_one_question_has_one_address():
    first = ask("page=2&platform=Amiga&q=maze&decade=1980s&platform=Atari&x=1")
    second = ask("q=+maze&decade=1980s&platform=Atari&platform=Amiga&page=2")
    assert first.query == second.query
    assert first.query == ("?q=maze&platform=Amiga&platform=Atari&decade=1980s&page=2")
    assert ask(first.query[1:]) == first


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=-1", "page=x", "page=²", "page=1", "sort=", "sort=up", "q="],
)
def test_what_makes_no_sense_is_left_out(query):
    assert ask(query).query == ""


def test_values_are_bounded():
    many = "&".join(f"platform={n}" for n in range(50))
    assert len(ask(many).chosen["platform"]) == MOST_VALUES


def test_the_best_match_is_an_order_of_words_only():
    assert ask("q=maze").sort == Sort.RELEVANCE
    assert ask("").sort == Sort.TITLE
    assert ask("sort=relevance").sort == Sort.TITLE
    assert ask("q=maze&sort=relevance").query == "?q=maze"


def test_a_choice_is_taken_back_by_making_it_again():
    assert ask("page=3").toggling("platform")("Amiga") == "?platform=Amiga"
    assert ask("platform=Amiga&page=3").toggling("platform")("Amiga") == "?"


def test_a_choice_has_its_place_in_the_one_address():
    question = ask("q=a+maze&decade=1980s&platform=Atari+ST&sort=oldest&runs=no")
    for value in ("Amiga", "C&A", "Atari ST", "Zx"):
        query = question.toggling("platform")(value)
        assert ask(query[1:]).query == query
    assert question.toggling("platform")("C&A") == (
        "?q=a+maze&runs=no&platform=Atari+ST&platform=C%26A&decade=1980s&sort=oldest"
    )


@pytest.mark.parametrize(
    ("query", "is_for_crawlers"),
    [
        ("", True),
        ("platform=Amiga", True),
        ("platform=Amiga&page=2", True),
        ("platform=Amiga&platform=Atari", False),
        ("platform=Amiga&decade=1980s", False),
        ("q=maze", False),
        ("sort=oldest", False),
    ],
)
def test_crawlers_get_single_values_and_no_combinations(query, is_for_crawlers):
    assert ask(query).is_for_crawlers is is_for_crawlers
