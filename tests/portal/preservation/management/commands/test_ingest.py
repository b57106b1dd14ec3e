from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from olive_portal.catalogue.models import Item

pytestmark = pytest.mark.django_db


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
    assert "(published)" in capsys.readouterr().out


def test_a_bad_folder_is_told_and_the_others_go_on(make_folder, tmp_path, capsys):
    with pytest.raises(CommandError, match="1 of 2 could not be taken in"):
        call_command("ingest", tmp_path / "nothing", make_folder())
    assert "neither a folder nor" in capsys.readouterr().err
    assert Item.objects.count() == 1


def test_one_package_goes_with_one_folder(make_folder, tmp_path):
    with pytest.raises(CommandError, match="go with one PATH"):
        call_command("ingest", make_folder(), tmp_path, package=tmp_path)
