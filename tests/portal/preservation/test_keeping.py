from __future__ import annotations

import io

import pytest

from olive_portal.preservation import keeping, services, storing
from olive_portal.preservation.attachments import find
from olive_portal.preservation.keeping import Keeper

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(make_folder):
    return services.ingest(path=make_folder(package=None))


def test_undo_takes_away_what_this_ingest_brought_and_no_more(tmp_path):
    (tmp_path / "old").write_bytes(b"abc")
    keeper = Keeper()
    with storing.received(io.BytesIO(b"abc"), tmp_path) as incoming:
        keeper.keep(incoming, tmp_path / "old")
        keeper.keep(incoming, tmp_path / "new")
    keeper.undo()
    assert (tmp_path / "old").exists()
    assert not (tmp_path / "new").exists()


def test_a_medium_is_kept_once(item, tmp_path, make_picture):
    make_picture(tmp_path / "a/screenshots/1.png")
    found = find(tmp_path / "a", None)
    assert keeping.keep_attachments(Keeper(), item, found) is True
    assert keeping.keep_attachments(Keeper(), item, found) is False
    assert item.media.count() == 1


def test_the_same_picture_twice_in_a_folder_is_one(item, tmp_path, make_picture):
    for name in "12":
        make_picture(tmp_path / f"a/screenshots/{name}.png")
    keeping.keep_attachments(Keeper(), item, find(tmp_path / "a", None))
    assert item.media.count() == 1


def test_a_curators_words_stay_unless_the_record_has_its_own(
    item, tmp_path, make_picture
):
    make_picture(tmp_path / "a/screenshots/1.png")
    found = find(tmp_path / "a", None)
    keeping.keep_attachments(Keeper(), item, found)
    item.media.update(alt="A curator's words")
    keeping.keep_attachments(Keeper(), item, found)
    assert item.media.get().alt == "A curator's words"
