from __future__ import annotations

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from olive_portal.news.models import Post
from olive_portal.releases.models import Release

HISTORY = {
    "0.2": date(2012, 4, 8),
    "0.3": date(2013, 4, 10),
    "0.3.1": date(2013, 4, 22),
    "0.3.2": date(2013, 4, 26),
    "0.3.3": date(2013, 6, 21),
    "0.4.0": date(2013, 8, 28),
    "0.4.1": date(2013, 11, 7),
    "0.4.2": date(2013, 12, 20),
    "0.4.3": date(2014, 3, 4),
    "0.4.4": date(2014, 5, 30),
    "0.5.0": date(2014, 10, 24),
    "0.5.1": date(2015, 6, 3),
}


def load(*arguments):
    said = StringIO()
    call_command("load_news", *arguments, stdout=said)
    return said.getvalue()


def test_a_new_portal_begins_with_the_history_of_the_client_and_a_post(db):
    said = load()
    assert dict(Release.objects.values_list("version", "released_on")) == HISTORY
    assert all(release.changes for release in Release.objects.all())
    assert Release.objects.newest().version == "0.5.1"
    assert Release.objects.oldest_allowed() is None
    assert Post.objects.public().count() == 1
    assert said.count("new: ") == len(HISTORY) + 1


def test_the_next_start_says_nothing(db):
    load()
    assert load() == ""


def test_a_wrong_folder_is_an_error(tmp_path, db):
    with pytest.raises(CommandError, match=r"releases\.toml"):
        load(str(tmp_path))
