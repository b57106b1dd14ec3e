from __future__ import annotations

import os
import stat
import zipfile

import pytest

from olive_portal.preservation import batches
from olive_portal.preservation.errors import BadSubmission


def titles(path):
    with batches.opened(path) as batch:
        assert all(title.exists() for title in batch.titles)
        return [title.name for title in batch.titles]


@pytest.fixture
def shelf(make_folder):
    """A collection's folder with three titles, and things that are none."""
    hack = make_folder("hack")
    make_folder("rogue", package=None)
    (hack.parent / "lander.xml").write_text("<a/>")
    (hack.parent / "collection.toml").write_text("")
    (hack.parent / ".hidden").mkdir()
    (hack.parent / ".hidden/mets.xml").touch()
    return hack.parent


@pytest.fixture
def pack(tmp_path):
    def pack(*members):
        path = tmp_path / "batch.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members:
                archive.writestr(name, content)
        return path

    return pack


def test_a_folder_of_titles_is_a_batch(shelf):
    assert titles(shelf) == ["hack", "lander.xml", "rogue"]
    assert titles(shelf.parent) == ["hack", "lander.xml", "rogue"]


def test_one_title_is_a_batch_of_one(shelf):
    assert titles(shelf / "hack") == ["hack"]
    assert titles(shelf / "lander.xml") == ["lander.xml"]


def test_what_is_no_title_is_left_for_the_refusal_to_say(tmp_path):
    with batches.opened(tmp_path / "nothing") as batch:
        assert batch.titles == [tmp_path / "nothing"]
    assert titles(tmp_path) == [tmp_path.name]


def test_a_link_is_not_followed(shelf):
    os.symlink("/", shelf / "root")
    assert "root" not in titles(shelf)


def test_a_zip_file_is_a_folder(pack):
    path = pack(("a/mets.xml", "<a/>"), ("b/c.xml", "<a/>"), ("collection.toml", ""))
    with batches.opened(path) as batch:
        first, second = batch.titles
        assert (first.name, second.name) == ("a", "c.xml")
        assert (first.parent / "collection.toml").exists()
        assert batch.shown(f"{second}: bad") == "batch/b/c.xml: bad"
    assert not first.exists()


@pytest.mark.parametrize("name", ["../a.xml", "/a.xml", "a/../../b.xml", "a\\b.xml"])
def test_a_member_that_leads_out_is_refused(pack, name):
    with pytest.raises(BadSubmission, match="leads out of it"):
        titles(pack((name, "<a/>")))


def test_a_link_in_a_zip_file_is_refused(pack):
    link = zipfile.ZipInfo("a.xml")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(BadSubmission, match="leads out of it"):
        titles(pack((link, "/etc/passwd")))


def test_what_comes_out_of_a_zip_file_has_a_limit(pack, monkeypatch):
    monkeypatch.setattr(batches, "MOST_BYTES", 1000)
    with pytest.raises(BadSubmission, match="more than 1000 bytes"):
        titles(pack(("a.xml", "a" * 600), ("b.xml", "b" * 600)))
    monkeypatch.setattr(batches, "MOST_MEMBERS", 1)
    with pytest.raises(BadSubmission, match="more than 1 files"):
        titles(pack(("a.xml", ""), ("b.xml", "")))


def test_a_batch_has_a_limit(shelf, monkeypatch):
    monkeypatch.setattr(batches, "MOST_TITLES", 2)
    with pytest.raises(BadSubmission, match="more than 2 titles"):
        titles(shelf)


def test_a_damaged_zip_file_is_refused(tmp_path, pack):
    (tmp_path / "a.zip").write_bytes(b"PK")
    with pytest.raises(BadSubmission, match=r"a\.zip"):
        titles(tmp_path / "a.zip")
    path = pack(("a.xml", "<a/>"))
    path.write_bytes(path.read_bytes().replace(b"<a/>", b"<b/>"))
    data = bytearray(path.read_bytes())
    data[40] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(BadSubmission, match=r"batch\.zip"):
        titles(path)
