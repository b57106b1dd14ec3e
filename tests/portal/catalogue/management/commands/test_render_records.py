from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection

from olive_portal.catalogue import exposing
from olive_portal.catalogue.models import Item
from olive_portal.oai.models import Record

FORMATS = len(exposing.RENDERERS)


@pytest.fixture
def run(capsys):
    def run(*arguments):
        call_command("render_records", *arguments)
        return capsys.readouterr().out

    return run


def test_it_renders_what_is_missing_and_a_second_run_does_nothing(make_item, run):
    make_item("one")
    make_item("two")
    make_item("draft", state="draft")
    assert run() == f"{2 * FORMATS} records changed.\n"
    before = list(Record.objects.values())
    assert run() == "0 records changed.\n"
    assert list(Record.objects.values()) == before


def test_it_follows_a_changed_renderer(make_item, run, monkeypatch):
    make_item()
    run()
    render = exposing.RENDERERS["mods"]
    other = {"mods": lambda record: render(record).replace(b"Rogue", b"Another")}
    monkeypatch.setattr(exposing, "RENDERERS", exposing.RENDERERS | other)
    assert run() == "1 records changed.\n"


def test_a_stopped_run_says_how_to_go_on(make_item, run, monkeypatch, capsys):
    monkeypatch.setattr(exposing, "CHUNK", 1)
    items = [make_item(f"item-{number}") for number in range(3)]
    render = exposing.RENDERERS["mods"]

    def stop_at_the_second(record):
        if record.title == "Item-1":
            raise KeyboardInterrupt
        return render(record)

    monkeypatch.setitem(exposing.RENDERERS, "mods", stop_at_the_second)
    with pytest.raises(SystemExit):
        run()
    assert f"--after {items[0].pk}" in capsys.readouterr().err
    monkeypatch.setitem(exposing.RENDERERS, "mods", render)
    assert run("--after", str(items[0].pk)) == f"{2 * FORMATS} records changed.\n"


def test_a_row_that_was_deleted_by_hand_leaves_a_tombstone(make_item, run):
    make_item()
    run()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM catalogue_item")
    assert run() == f"{FORMATS} records changed.\n"
    assert not Item.objects.exists()
    assert not Record.objects.live().exists()
