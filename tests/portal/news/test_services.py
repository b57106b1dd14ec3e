from __future__ import annotations

import pytest

from olive_portal.news.errors import BadNews
from olive_portal.news.models import Arrival, Post
from olive_portal.news.services import load
from olive_portal.releases.models import Release

RELEASE = '[[release]]\nversion = "{}"\nreleased_on = 2015-06-03\n'
POST = (
    '[[post]]\nslug = "{}"\ntitle = "A"\nsummary = "B"\n'
    "published_at = 2026-11-20T09:00:00Z\n"
)


@pytest.fixture
def folder(tmp_path, db):
    write(tmp_path, RELEASE.format("0.5.1"), POST.format("opening"))
    return tmp_path


def write(folder, releases, posts):
    (folder / "releases.toml").write_text(releases)
    (folder / "posts.toml").write_text(posts)


def test_everything_is_put_up_for_all_to_see(folder):
    assert load(folder=folder) == ["release 0.5.1", "post opening"]
    assert Post.objects.public().get().title == "A"
    assert Release.objects.public().get().version == "0.5.1"


def test_a_second_time_changes_nothing(folder):
    load(folder=folder)
    assert load(folder=folder) == []
    assert (Post.objects.count(), Release.objects.count()) == (1, 1)


def test_what_a_curator_deleted_or_changed_stays_so(folder):
    load(folder=folder)
    Post.objects.all().delete()
    Release.objects.update(changes="Mine")
    load(folder=folder)
    assert not Post.objects.exists()
    assert Release.objects.get().changes == "Mine"


def test_what_is_new_in_the_folder_arrives_later(folder):
    load(folder=folder)
    write(folder, RELEASE.format("0.5.1") + RELEASE.format("0.6"), POST.format("b"))
    assert load(folder=folder) == ["release 0.6", "post b"]


def test_a_curators_own_stays_before_one_of_the_same_name(folder):
    Release.objects.create(version="0.5.1", released_on="2015-01-01", changes="Mine")
    assert load(folder=folder) == ["post opening"]
    assert Release.objects.get().changes == "Mine"


@pytest.mark.parametrize(
    ("releases", "complaint"),
    [
        ("[[release]", "releases.toml"),
        ("release = 5", "releases.toml"),
        ("", "releases.toml"),
        ("[[release]]\nversion = 'new'\nreleased_on = 2015-06-03", "release new"),
        ("[[release]]\nversion = '1.0'", "release 1.0"),
        ("[[release]]\nversion = '1.0'\nsecret = 1", "secret"),
        ("[[release]]\nversion = '1.0'\nis_draft = true", "is_draft"),
    ],
)
def test_of_a_wrong_file_nothing_is_put_up(folder, releases, complaint):
    (folder / "releases.toml").write_text(RELEASE.format("9.0") + releases)
    if complaint == "releases.toml":
        (folder / "releases.toml").write_text(releases)
    with pytest.raises(BadNews, match=complaint):
        load(folder=folder)
    assert not Release.objects.exists()
    assert not Arrival.objects.exists()


def test_a_folder_that_is_not_there_is_named(tmp_path, db):
    with pytest.raises(BadNews, match=r"releases\.toml"):
        load(folder=tmp_path)
