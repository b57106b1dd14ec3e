from __future__ import annotations

import re

import pytest
from django.db import connection

from olive_portal.catalogue import services
from olive_portal.catalogue.models import Item, ManualText
from olive_portal.catalogue.search import matching
from olive_portal.catalogue.search.words import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def maze(make_item, make_screenshot):
    item = make_item(
        "maze",
        title="Maze <War>",
        makers=["Steve Colley"],
        abstract="Eyeballs & mazes: " + "long ago, " * 40 + "on an Imlac.",
    )
    manual = make_screenshot(item, kind="manual", media_type="text/plain", caption="")
    ManualText.objects.create(media=manual, text="To fire, press the <Zonk> bar.")
    services.record_change(items=Item.objects.all())
    return item


def excerpt(item, words):
    return matching.excerpts(read(words), [item.pk])[item.pk]


def test_the_word_is_marked_where_it_stands(maze):
    found = excerpt(maze, "maze")
    assert re.fullmatch("<mark>Maze</mark> (&lt;|\\[)War(&gt;|\\])", found.title)
    assert "Eyeballs &amp; <mark>mazes</mark>" in found.text
    assert not found.is_from_manual


def test_a_long_text_is_shown_around_the_word(maze):
    found = excerpt(maze, "imlac")
    assert "<mark>Imlac</mark>" in found.text
    assert "Eyeballs" not in found.text


def test_words_of_a_manual_are_shown_as_such_and_are_no_markup(maze):
    found = excerpt(maze, "zonk")
    assert found.is_from_manual
    assert re.search("(&lt;|\\[)<mark>Zonk</mark>", found.text)


def test_a_maker_is_found_without_an_excerpt_of_the_text(maze):
    assert excerpt(maze, "colley").text == ""


def test_no_words_have_no_excerpts(maze):
    assert matching.excerpts((), [maze.pk]) == {}


def test_titles_are_found_by_their_beginnings(maze):
    words = matching.words()
    assert words.starting(["maz"], 5) == [maze.pk]
    assert words.starting(["maze", "w"], 5) == [maze.pk]
    assert words.starting(["colley"], 5) == []
    assert words.starting(["aze"], 5) == []


def test_the_title_counts_more_than_the_manual(maze, make_item):
    other = make_item("zonk", title="Zonk")
    services.record_change(items=Item.objects.all())
    assert matching.words().best(read("zonk"), 5) == [other.pk, maze.pk]
    assert matching.words().best_named(read("zonk"), 5) == [other.pk]


def test_the_words_are_those_of_the_database_in_use():
    assert type(matching.words()).__name__.lower().startswith(connection.vendor)
