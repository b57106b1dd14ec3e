from __future__ import annotations

import pytest
from django.utils.text import slugify

from olive_portal.catalogue.models import Collection
from olive_portal.metadata import records
from olive_portal.preservation import shelving
from olive_portal.preservation.errors import BadSubmission
from olive_portal.preservation.shelving import Shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def describe(tmp_path):
    def describe(text):
        (tmp_path / "collection.toml").write_text(text)
        return shelving.read(tmp_path)

    return describe


def test_a_folder_without_a_description_has_no_shelf(tmp_path):
    assert shelving.read(tmp_path) is None


def test_a_description_makes_a_collection_and_changes_it(describe):
    text = 'title = "Games"\nslug = "games"\ntint = "fern"\nposition = 2\n'
    made = shelving.put_up(describe(text))
    assert (made.slug, made.title, made.tint, made.position) == (
        "games",
        "Games",
        "fern",
        2,
    )
    changed = shelving.put_up(describe(text.replace("fern", "lake")))
    assert (changed.pk, changed.tint) == (made.pk, "lake")


def test_a_title_in_a_record_finds_a_collection_and_leaves_it():
    Collection.objects.create(slug="unix-games", title="Games for Unix")
    shelf = shelving.named((records.Collection("Unix games"),))
    assert shelving.put_up(shelf).title == "Games for Unix"


def test_the_collections_around_it_are_put_up_around_it():
    path = (records.Collection("Programs"), records.Collection("Games"))
    games = shelving.put_up(shelving.named(path))
    assert [row.title for row in games.ancestors()] == ["Programs"]
    assert shelving.put_up(shelving.named(path)) == games
    assert Collection.objects.count() == 2


def test_a_collection_of_the_portal_keeps_its_address():
    url = "https://olive.example.org/collections/unix-games"
    shelf = shelving.named((records.Collection("Games for Unix", url),))
    assert shelf.slug == "unix-games"


def test_a_title_in_any_script_makes_an_address():
    slugs = {shelving.named((records.Collection(t),)).slug for t in ("Игры", "遊戲")}
    assert len(slugs) == 2
    assert all(slug.startswith("collection-") for slug in slugs)


def test_the_folders_name_is_the_collections_unless_it_has_one(describe, tmp_path):
    assert describe("") == Shelf(
        slugify(tmp_path.name), {"title": tmp_path.name}, is_described=True
    )


@pytest.mark.parametrize(
    "text",
    ["title = ", "title = 3", "position = true", "position = -1", "colour = 'red'",
     "tint = '#ff0000'", "slug = 'a b'", "title = ''"],
)  # fmt: skip
def test_a_wrong_description_is_refused_with_its_name(describe, text):
    with pytest.raises(BadSubmission, match=r"collection\.toml: "):
        describe(text)


def test_a_long_description_is_not_read(describe):
    with pytest.raises(BadSubmission, match="more than 65536 bytes"):
        describe("#" * 65537)
