from __future__ import annotations

import signal

import pytest
from django.core.management import CommandError, call_command

from olive_portal.catalogue.models import Item
from olive_portal.preservation import building, locking

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def workshop(settings, tmp_path):
    settings.DATA = tmp_path / "data"


def test_titles_are_taken_in_and_published(make_folder, make_picture):
    folder = make_folder()
    make_picture(folder / "screenshots/a.png")
    call_command("build_collections", folder.parents[1])
    assert Item.objects.public().count() == 1


def test_a_failure_is_in_the_exit_code(make_folder, capsys):
    folder = make_folder()
    (folder / "mets.xml").write_text("<a>")
    with pytest.raises(CommandError, match="1 titles are not complete"):
        call_command("build_collections", folder.parents[1])
    assert "mets.xml: line 1" in capsys.readouterr().out


def test_a_second_process_leaves_it_to_the_first(tmp_path, capsys):
    with locking.at_once(building.LOCK):
        call_command("build_collections", tmp_path)
    assert "Another process" in capsys.readouterr().out


def test_there_must_be_a_folder(tmp_path):
    with pytest.raises(CommandError, match="no such folder"):
        call_command("build_collections", tmp_path / "nothing")


def test_a_supervisors_signal_leaves_through_the_cleaning(tmp_path, monkeypatch):
    def be_stopped(*_):
        signal.raise_signal(signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(building, "find_titles", be_stopped)
    with pytest.raises(SystemExit):
        call_command("build_collections", tmp_path)
    assert signal.getsignal(signal.SIGTERM) == before
    assert not list((tmp_path / "data/building").iterdir())
