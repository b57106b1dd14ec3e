from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

import pytest

from olive_portal.catalogue.models import Item, Package
from olive_portal.preservation import building, locking, recipes, services
from olive_portal.preservation.errors import Busy
from olive_portal.preservation.models import Build, Event
from tests.portal.preservation.conftest import MINIMAL

pytestmark = pytest.mark.django_db
COLLECTIONS = Path(__file__).parents[3] / "collections"
GENERATE = f"""
import pathlib, shutil, sys
recipe = pathlib.Path(sys.argv[1]).read_text()
print("making it", file=sys.stderr, flush=True)
if "apt" in recipe:
    sys.exit(print("There is no apt.", file=sys.stderr) or 3)
if "broken" in recipe:
    sys.exit("it broke")
shutil.copy({str(MINIMAL)!r}, sys.argv[2])
"""


@pytest.fixture(autouse=True)
def generate(settings, tmp_path, monkeypatch):
    """A quick generator, and no thin-client server to wait for."""
    script = tmp_path / "generate.py"
    script.write_text(GENERATE)
    monkeypatch.setattr(recipes, "GENERATE", (sys.executable, str(script)))
    monkeypatch.setattr(building, "SERVER_WAIT_SECONDS", 0.0)
    settings.DATA = tmp_path / "data"
    return script


@pytest.fixture
def make_title(make_folder, make_picture):
    """A title with a recipe and a screenshot; `recipe` says what becomes of it."""

    def make_title(name="rogue", recipe="", **fields):
        folder = make_folder(name, package=None, **fields)
        (folder / "recipe.toml").write_text(f"# {recipe}")
        make_picture(folder / "screenshots/start.png")
        return folder

    return make_title


@pytest.fixture
def build(tmp_path):
    """Builds all below the test's folder; gives what was said and how many failed."""

    def build():
        said = []
        return building.build_all(tmp_path, said.append), said

    return build


def test_a_title_is_built_and_published(make_title, build, tmp_path):
    make_title()
    failures, said = build()
    assert failures == 0
    assert "making it" in said
    item = Item.objects.public().get()
    assert item.current_package().builds.count() == 1
    assert not list((tmp_path / "data/building").iterdir())


def test_a_second_run_does_nothing_and_soon(make_title, build, generate):
    make_title()
    build()
    generate.write_text("raise SystemExit('not again')")
    before = Event.objects.count(), Item.objects.get().changed_at
    started = time.monotonic()
    assert build() == (0, [])
    assert time.monotonic() - started < 2
    assert (Event.objects.count(), Item.objects.get().changed_at) == before


def test_a_changed_recipe_is_built_again(make_title, build):
    folder = make_title()
    build()
    (folder / "recipe.toml").write_text("# another")
    _, said = build()
    assert "making it" in said
    # The same bytes came out, so it is the same version, made from both.
    assert Package.objects.get().builds.count() == 2


def test_one_failing_title_stops_no_other(make_title, build):
    make_title("a-broken", "broken")
    make_title("rogue")
    failures, said = build()
    assert failures == 1
    assert any("it broke" in line for line in said)
    assert Item.objects.public().get().slug == "rogue"


def test_what_cannot_be_built_here_is_catalogued_and_says_so(make_title, build):
    make_title(recipe="apt")
    assert build()[0] == 0
    item = Item.objects.public().get()
    assert item.unavailable_reason == "There is no apt."
    assert item.current_package() is None


def test_a_withdrawn_title_is_not_shown_again(make_title, build):
    make_title()
    build()
    services.withdraw(item=Item.objects.get(), reason="The heirs asked.")
    make_title(recipe="another", abstract="Newer.")
    build()
    assert Item.objects.get().is_withdrawn


def test_only_one_process_builds(build):
    with locking.at_once(building.LOCK), pytest.raises(Busy):
        build()


def test_what_a_killed_build_left_is_removed(make_title, build, tmp_path):
    left = tmp_path / "data/building/left"
    left.mkdir(parents=True)
    (left / "half.nxpk").touch()
    make_title()
    build()
    assert not left.exists()


def test_a_killed_build_goes_on_where_it_was(make_title, build, monkeypatch):
    make_title()

    def die(**_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(services, "publish", die)
        with pytest.raises(KeyboardInterrupt):
            build()
    assert build()[0] == 0
    assert Item.objects.public().get().current_package().number == 1


def test_a_title_without_a_screen_waits_for_the_server_and_fails(make_title, build):
    folder = make_title()
    shutil.rmtree(folder / "screenshots")
    failures, said = build()
    assert failures == 1
    assert "thin-client server does not answer" in said[-1]
    assert Build.objects.count() == 1


@pytest.mark.skipif(
    not list(COLLECTIONS.glob("*/*/mets.xml")), reason="no collections here yet"
)
def test_every_record_of_the_collections_is_taken_in():
    for folder in building.find_titles(COLLECTIONS):
        item = services.ingest(path=folder)
        assert item.title
        assert item.abstract
        assert item.rights_uri or item.rights_text
