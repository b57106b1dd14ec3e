"""Searches over real rows, in the database that the tests run on."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from olive_portal.catalogue import services
from olive_portal.catalogue.models import (
    Agent,
    Identifier,
    Item,
    Package,
    Subject,
    SubjectKind,
)
from olive_portal.catalogue.search import finding
from olive_portal.catalogue.search.facets import NAMES
from olive_portal.catalogue.search.questions import Question

pytestmark = pytest.mark.django_db


def find(query=""):
    answer = finding.find(Question.read(QueryDict(query)))
    slugs = Item.objects.in_bulk(answer.pks)
    return answer, [slugs[pk].slug for pk in answer.pks]


def index():
    services.record_change(items=Item.objects.all())


@pytest.fixture
def shelf(make_collection, make_item, make_package):
    """Three titles, of which one can be run, in nested collections."""
    games = make_collection("games")
    puzzles = make_collection("puzzles", parent=games)
    lemmings = make_item(
        "lemmings",
        collection=puzzles,
        makers=["DMA Design"],
        issued="1991-02",
        language="eng",
        platform="Amiga",
        abstract="Small creatures walk off cliffs.",
    )
    lemmings.subjects.add(
        Subject.objects.create(term="Puzzle", kind=SubjectKind.GENRE),
        Subject.objects.create(term="Rodents"),
    )
    Identifier.objects.create(item=lemmings, scheme="wikidata", value="Q1051420")
    make_package(lemmings)
    make_item("tetris", collection=puzzles, makers=["Алексей Пажитнов"], issued="1984")
    make_item(
        "pokemon",
        title="Pokémon",
        issued="199X",
        platform="Game Boy",
        abstract="No lemmings in here.",
    )
    index()


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("q=lemmings", ["lemmings", "pokemon"]),  # the title counts more
        ("q=LEMMING", ["lemmings", "pokemon"]),  # one form of a word for another
        ("q=dma", ["lemmings"]),
        ("q=Q1051420", ["lemmings"]),
        ("q=rodents", ["lemmings"]),
        ("q=пажитнов", ["tetris"]),
        ("q=pokemon", ["pokemon"]),
        ("q=pokémon", ["pokemon"]),
        ('q="small+creatures"', ["lemmings"]),
        ('q="creatures+small"', []),
        ("q=lemmings+-cliffs", ["pokemon"]),
        ("q=-lemmings", ["tetris"]),
        ("q=lemmings+cliffs", ["lemmings"]),
        ("decade=1990s", ["lemmings", "pokemon"]),
        ("year=1991", ["lemmings"]),
        ("platform=Amiga&platform=Game+Boy", ["lemmings", "pokemon"]),
        ("platform=Amiga&decade=1980s", []),
        ("collection=games", ["lemmings", "pokemon", "tetris"]),
        ("collection=puzzles", ["lemmings", "tetris"]),
        ("collection=nowhere", []),
        ("genre=Puzzle", ["lemmings"]),
        ("language=English", ["lemmings"]),
        ("runs=in+your+browser", ["lemmings"]),
        ("runs=described,+cannot+be+run", ["pokemon", "tetris"]),
        ("sort=oldest", ["tetris", "pokemon", "lemmings"]),
        ("sort=newest", ["lemmings", "pokemon", "tetris"]),
        ("sort=added", ["pokemon", "tetris", "lemmings"]),
        ("q=lemmings&sort=title", ["lemmings", "pokemon"]),
    ],
)
def test_a_question_finds_its_titles_in_order(shelf, query, slugs):
    assert find(query)[1] == slugs


@pytest.mark.parametrize(
    "words",
    ['"', "(", "a AND", "NEAR(", "*", "title:x", "x' OR 1=1 --", "\x00", "-", "ge%s"],
)
def test_no_words_are_a_query_language(shelf, words):
    query = QueryDict(mutable=True)
    query["q"] = words
    assert find(query.urlencode())[0].total in {0, 3}


def test_facets_count_as_if_nothing_in_them_were_chosen(shelf):
    counts = find("platform=Amiga")[0].counts
    assert counts["platform"] == {"Amiga": 1, "Game Boy": 1}
    assert counts["decade"] == {"1990s": 1}
    assert counts["maker"] == {"DMA Design": 1}


def test_a_chosen_value_is_counted_however_few_have_it(shelf, make_item, monkeypatch):
    monkeypatch.setattr(finding, "MOST_COUNTED", 1)
    make_item("paintings", platform="Amiga")
    index()
    assert find()[0].counts["platform"] == {"Amiga": 2}
    counts = find("platform=Game+Boy&platform=VAX")[0].counts
    assert counts["platform"] == {"Amiga": 2, "Game Boy": 1}


def test_a_collection_counts_what_is_inside_of_it(shelf):
    assert find()[0].counts["collection"] == {"games": 3, "puzzles": 2}


@pytest.mark.parametrize(
    ("words", "meant"),
    [("lemings", "lemmings"), ("tetirs", "tetris"), ("pokemnon", "pokemon")],
)
def test_a_slip_of_the_finger_is_forgiven(shelf, words, meant):
    answer, slugs = find(f"q={words}")
    assert answer.corrected == meant
    assert slugs[0] == meant


def test_a_word_near_nothing_is_left_alone(shelf):
    answer, slugs = find("q=zzzzzzzzz")
    assert (answer.corrected, answer.suggestion, slugs) == ("", "", [])


def everything_said(answer):
    return {value for counts in answer.counts.values() for value in counts}


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_what_is_not_public_is_nowhere(shelf, make_item, state):
    hidden = make_item(
        "secret",
        title="Xyzzyplugh",
        state=state,
        makers=["Quux"],
        issued="2001",
        platform="Xbox",
    )
    hidden.subjects.add(Subject.objects.create(term="Hush"))
    index()
    answer = find()[0]
    assert answer.total == 3
    assert not {"Quux", "2000s", "Xbox", "Hush"} & everything_said(answer)
    for words in ("xyzzyplugh", "quux", "hush", "xyzzyplug"):
        answer = find(f"q={words}")[0]
        assert (answer.total, answer.corrected, answer.suggestion) == (0, "", "")


def test_a_withdrawal_takes_everything_away_at_once(shelf):
    assert find("q=lemmings")[1][0] == "lemmings"
    withdrawn = Item.objects.filter(slug="lemmings")
    withdrawn.update(
        state="withdrawn", withdrawn_at=withdrawn.get().published_at, title="Lemmings"
    )
    services.record_change(items=withdrawn)
    assert find("q=lemmings")[1] == ["pokemon"]
    assert find("maker=DMA+Design")[0].total == 0
    assert "DMA Design" not in everything_said(find()[0])
    assert find("q=lemings")[0].corrected == ""


def test_a_new_name_of_a_maker_is_found_and_the_old_one_not(shelf):
    agent = Agent.objects.get(name="DMA Design")
    agent.name = "Rockstar North"
    agent.save()
    services.record_change(items=Item.objects.made_by(agent))
    assert find("q=rockstar")[1] == ["lemmings"]
    assert find("q=dma")[1] == []
    assert find()[0].counts["maker"].get("DMA Design") is None


def test_publishing_a_package_moves_a_title_to_what_runs(shelf, make_package):
    make_package(Item.objects.get(slug="tetris"))
    index()
    assert find("runs=in+your+browser")[0].total == 2
    Package.objects.filter(item__slug="tetris").update(state="withdrawn")
    index()
    assert find("runs=in+your+browser")[0].total == 1


def test_pages_hold_every_title_once(make_item):
    for number in range(finding.ITEMS_ON_A_PAGE * 2 + 3):
        make_item(f"item-{number:03}", title="Same title")
    index()
    pages = [find(f"page={page}")[1] for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [24, 24, 3]
    assert len({slug for page in pages for slug in page}) == 51
    assert find("page=99")[0].question.page == 3


def test_many_matches_have_those_with_the_word_in_the_title_first(shelf, monkeypatch):
    monkeypatch.setattr(finding, "MOST_RANKED", 1)
    assert find("q=lemmings")[1] == ["lemmings", "pokemon"]


def test_a_feed_has_the_latest_first(shelf):
    pks = finding.newest(Question.read(QueryDict("decade=1990s")), 1)
    assert Item.objects.get(pk__in=pks).slug == "pokemon"


def test_an_empty_house_answers(db):
    answer = find("q=anything")[0]
    assert (answer.total, answer.pages) == (0, 1)
    assert set(answer.counts) == set(NAMES)
