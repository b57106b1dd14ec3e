from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from olive_portal.catalogue.models import Collection, Item
from olive_portal.preservation import services
from olive_portal.preservation.models import Event

pytestmark = pytest.mark.django_db
MAKERS = Path(__file__).parents[4] / "data/mets"


def test_folders_are_taken_in_as_drafts(make_folder, capsys):
    call_command("ingest", make_folder("rogue"), make_folder("hack"))
    assert set(Item.objects.values_list("slug", "state")) == {
        ("rogue", "draft"),
        ("hack", "draft"),
    }
    assert "/items/rogue  Rogue (draft)" in capsys.readouterr().out


def test_a_folder_is_published_when_asked(make_folder, capsys):
    call_command("ingest", make_folder(), publish=True)
    assert Item.objects.public().get().current_package() is not None
    assert "(published): new" in capsys.readouterr().out


def test_a_bad_folder_is_told_and_the_others_go_on(make_folder, tmp_path, capsys):
    with pytest.raises(CommandError, match="1 of 2 could not be taken in"):
        call_command("ingest", tmp_path / "nothing", make_folder())
    assert "neither a folder nor" in capsys.readouterr().err
    assert Item.objects.count() == 1


def test_one_package_goes_with_one_folder(make_folder, tmp_path):
    with pytest.raises(CommandError, match="go with one PATH"):
        call_command("ingest", make_folder(), tmp_path, package=tmp_path)


def test_a_folder_of_many_is_taken_in_and_a_second_run_changes_nothing(
    make_folder, stores, capsys
):
    folders = [make_folder(f"title-{n}", package=None) for n in range(12)]
    shelf = folders[0].parent
    call_command("ingest", shelf, publish=True)
    assert capsys.readouterr().out.endswith("12 titles: 12 new\n")
    before = list(Item.objects.values()), Event.objects.count()
    call_command("ingest", shelf, publish=True)
    assert capsys.readouterr().out.endswith("12 titles: 12 as before\n")
    assert (list(Item.objects.values()), Event.objects.count()) == before


def test_a_run_that_was_broken_off_goes_on(make_folder, monkeypatch, capsys):
    folders = [make_folder(f"title-{n}", package=None) for n in range(5)]
    shelf = folders[0].parent
    whole = services.take_in
    calls = iter(range(9))

    def killed(**arguments):
        if next(calls) == 3:
            raise KeyboardInterrupt
        return whole(**arguments)

    monkeypatch.setattr(services, "take_in", killed)
    with pytest.raises(KeyboardInterrupt):
        call_command("ingest", shelf)
    assert Item.objects.count() == 3
    call_command("ingest", shelf)
    assert capsys.readouterr().out.endswith("5 titles: 3 as before, 2 new\n")


def test_a_zip_of_records_is_taken_in(tmp_path, capsys):
    with zipfile.ZipFile(tmp_path / "batch.zip", "w") as archive:
        for path in sorted(MAKERS.glob("*.xml")):
            archive.write(path, path.name)
        archive.writestr("broken.xml", "<a>")
    Collection.objects.create(slug="lab", title="Lab")
    with pytest.raises(CommandError, match="1 of 5 could not be taken in"):
        call_command("ingest", tmp_path / "batch.zip", collection="lab")
    said = capsys.readouterr()
    assert said.err.startswith("batch/broken.xml: line 1: not well-formed")
    assert said.out.endswith("5 titles: 4 new, 1 refused\n")
    assert set(Item.objects.values_list("slug", flat=True)) == {
        "lunar-lander",
        "die-hobbit-disketten-ein-adventure-fur-den-heimcomputer",
        "cell-simulator",
        "the-oregon-trail",
    }


def test_what_became_of_each_section_is_told(capsys):
    Collection.objects.create(slug="lab", title="Lab")
    path = MAKERS / "dspace.xml"
    call_command("ingest", path, collection="lab")
    said = capsys.readouterr().out
    assert "METS: 5 read, 1 not understood, 0 invalid" in said
    assert "line 8: dmdSec dmdSec_2: not understood: DIM" in said
    assert "line 66: fileSec" not in said
    call_command("ingest", path, collection="lab", dry_run=True)
    assert "line 66: fileSec: read: files: 1" in capsys.readouterr().out


def test_a_dry_run_tells_and_keeps_nothing(make_folder, kept, capsys):
    folder = make_folder()
    call_command("ingest", folder, dry_run=True)
    said = capsys.readouterr().out
    assert "/items/rogue  Rogue (draft): new" in said
    assert "dmdSec DMD: read: MODS: title, names, date" in said
    assert (Item.objects.count(), Collection.objects.count(), kept()) == (0, 0, [])


def test_a_record_that_is_not_valid_is_refused_where_that_is_asked(make_folder):
    with pytest.raises(CommandError):
        call_command("ingest", make_folder(), strict=True)
    assert Item.objects.count() == 0
