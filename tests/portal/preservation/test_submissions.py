from __future__ import annotations

import pytest

from olive_portal.metadata.reading import parsing
from olive_portal.preservation.errors import BadSubmission
from olive_portal.preservation.submissions import Sources, gather
from tests.portal.preservation.conftest import MINIMAL


def test_a_folder_is_read_as_it_lies(make_folder):
    folder = make_folder("Rogue 5")
    submission = gather(folder, Sources())
    assert submission.slug == "rogue-5"
    assert submission.mets == (folder / "mets.xml").read_bytes()
    assert submission.record.title == "Rogue"
    assert submission.package == folder / "minimal.nxpk"
    assert submission.shelf.slug == "unix-games"


def test_a_description_beside_the_folder_names_its_collection(make_folder):
    folder = make_folder()
    (folder.parent / "collection.toml").write_text('slug = "arcade"')
    assert gather(folder, Sources()).shelf.slug == "arcade"
    assert gather(folder, Sources(collection="lab")).shelf.slug == "lab"


def test_a_folder_may_be_named_by_a_dot(make_folder, monkeypatch):
    folder = make_folder()
    monkeypatch.chdir(folder)
    assert gather(folder.relative_to(folder), Sources()).slug == "rogue"


def test_a_package_may_come_with_a_record(make_folder):
    record = make_folder() / "mets.xml"
    submission = gather(MINIMAL, Sources(mets=record))
    assert (submission.slug, submission.record.title) == ("minimal", "Rogue")


def test_what_is_neither_folder_nor_package_is_refused(tmp_path):
    for path in (tmp_path / "nothing", tmp_path / "a.zip"):
        with pytest.raises(BadSubmission, match="neither a folder nor"):
            gather(path, Sources())
        (tmp_path / "a.zip").touch()


def test_a_named_package_must_be_there(make_folder, tmp_path):
    with pytest.raises(BadSubmission, match="there is no such file"):
        gather(make_folder(), Sources(package=tmp_path / "none.nxpk"))


def test_a_name_must_give_an_address(make_folder):
    with pytest.raises(BadSubmission, match="holds no letter or digit"):
        gather(make_folder("!!!"), Sources())


def test_a_huge_record_is_not_read_whole(make_folder):
    folder = make_folder()
    with (folder / "mets.xml").open("r+b") as file:
        file.truncate(1 << 40)
    with pytest.raises(BadSubmission, match=f"the limit is {parsing.MAX_BYTES}"):
        gather(folder, Sources())


def test_a_record_alone_is_called_by_its_title(make_folder, tmp_path):
    path = (make_folder(package=None) / "mets.xml").rename(tmp_path / "METS.77.xml")
    submission = gather(path, Sources())
    assert (submission.slug, submission.is_named) == ("rogue", False)
    assert submission.shelf.slug == "unix-games"


def test_a_record_of_another_portal_keeps_its_address(make_folder, tmp_path):
    folder = make_folder(package=None)
    page = '<location><url usage="primary display">https://o.example/items/dig-1</url>'
    text = (folder / "mets.xml").read_text()
    (tmp_path / "a.xml").write_text(
        text.replace("</mods>", f"{page}</location></mods>")
    )
    assert gather(tmp_path / "a.xml", Sources()).slug == "dig-1"


def test_a_title_in_another_script_is_called_by_its_file(make_folder, tmp_path):
    folder = make_folder(package=None, title="Игры")
    path = (folder / "mets.xml").rename(tmp_path / "igry.xml")
    assert gather(path, Sources()).slug == "igry"


def test_what_is_not_valid_is_refused_where_that_is_asked(make_folder):
    folder = make_folder()
    assert not gather(folder, Sources()).report.is_valid
    with pytest.raises(BadSubmission, match="line 3: there is no structMap"):
        gather(folder, Sources(is_strict=True))
