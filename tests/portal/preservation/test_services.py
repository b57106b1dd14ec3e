from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from olive_portal.accounts.models import User
from olive_portal.catalogue.models import (
    Agent,
    Collection,
    Item,
    Media,
    Package,
    State,
    Subject,
)
from olive_portal.preservation import keeping, services
from olive_portal.preservation.errors import BadSubmission, WrongState
from olive_portal.preservation.models import Event, ReceivedMets
from olive_portal.preservation.submissions import Sources
from tests.portal.preservation.conftest import MINIMAL

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[3]
DIGEST = hashlib.sha256(MINIMAL.read_bytes()).hexdigest()
ROWS = (Item, Package, Media, Collection, Agent, Subject, Event, ReceivedMets)


def rows():
    return {model: list(model.objects.order_by("pk").values()) for model in ROWS}


@pytest.fixture
def other_package(tmp_path):
    """The minimal package with another comment: other bytes, the same machine."""
    path = Path(shutil.copy(MINIMAL, tmp_path / "other.nxpk"))
    with zipfile.ZipFile(path, "a") as file:
        file.comment = b"another"
    return path


def test_a_folder_becomes_a_draft_with_its_description(make_folder):
    item = services.ingest(path=make_folder())
    assert (item.slug, item.title, item.state) == ("rogue", "Rogue", State.DRAFT)
    assert (item.issued, item.language, item.abstract) == ("1980", "eng", "It digs.")
    assert item.collection.title == "Unix games"
    people = [(c.agent.name, c.agent.kind, c.role) for c in item.contributions.all()]
    assert people == [
        ("Michael Toy", "person", "creator"),
        ("Epyx", "organization", "publisher"),
    ]
    assert [str(identifier) for identifier in item.identifiers.all()] == ["wikidata:Q1"]
    assert item.subjects.get().uri == "http://a.example/games"


def test_the_package_is_kept_under_its_digest(make_folder, stores, kept):
    package = services.ingest(path=make_folder()).packages.get()
    path = stores / f"packages/{DIGEST[:2]}/{DIGEST}.nxpk"
    assert kept() == [path]
    assert path.read_bytes() == MINIMAL.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o444
    assert (package.sha256, package.size) == (DIGEST, MINIMAL.stat().st_size)
    assert package.file.path == str(path)
    assert (package.number, package.state) == (1, State.DRAFT)
    assert package.memory_bytes > 0


def test_the_record_is_kept_byte_for_byte(make_folder):
    folder = make_folder()
    received = services.ingest(path=folder).received_mets.get()
    assert bytes(received.content) == (folder / "mets.xml").read_bytes()


def test_what_happened_is_told_with_its_agent(make_folder):
    alice = User.objects.create_user("alice")
    item = services.ingest(path=make_folder(), actor=alice)
    services.publish(item=item)
    kinds = [(e.kind, e.agent, e.outcome) for e in item.events.order_by("pk")]
    assert kinds == [
        ("ingestion", "alice", "success"),
        ("message digest calculation", "alice", "success"),
        ("format validation", "alice", "success"),
        ("ingestion", "alice", "success"),
        ("publication", "Olive portal", "success"),
    ]


def test_the_same_folder_again_changes_nothing(make_folder, make_picture, kept):
    folder = make_folder()
    make_picture(folder / "screenshots/start.png")
    services.publish(item=services.ingest(path=folder))
    before, files = rows(), kept()
    services.ingest(path=folder)
    assert rows() == before
    assert kept() == files


def test_a_curators_correction_outlives_the_same_record(make_folder):
    folder = make_folder()
    services.ingest(path=folder)
    Item.objects.update(title="Rogue (1980)")
    assert services.ingest(path=folder).title == "Rogue (1980)"


def test_a_changed_record_updates_and_is_a_change(make_folder):
    first = services.ingest(path=make_folder())
    again = services.ingest(path=make_folder(abstract="It digs deeper."))
    assert again.pk == first.pk
    assert again.abstract == "It digs deeper."
    assert again.changed_at > first.changed_at
    assert again.received_mets.count() == 2
    assert again.packages.count() == 1


def test_a_record_that_says_the_same_in_other_bytes_is_no_change(make_folder):
    first = services.ingest(path=make_folder())
    again = services.ingest(path=make_folder(rest="<!-- touched -->"))
    assert again.changed_at == first.changed_at
    assert again.received_mets.count() == 2


def test_a_new_package_is_a_draft_and_no_change(make_folder, other_package):
    item = services.ingest(path=make_folder())
    services.publish(item=item)
    again = services.ingest(
        path=make_folder(package=None), sources=Sources(package=other_package)
    )
    assert [p.number for p in again.packages.order_by("number")] == [1, 2]
    assert again.current_package().number == 1
    assert again.changed_at == item.changed_at
    services.publish(item=again)
    assert again.current_package().number == 2
    assert again.changed_at > item.changed_at


def test_a_title_is_known_by_its_object_id(make_folder):
    first = services.ingest(path=make_folder("rogue", objid="ark:/1/a"))
    moved = services.ingest(path=make_folder("rogue-clone", objid="ark:/1/a"))
    assert moved.pk == first.pk


def test_an_address_is_not_taken_from_its_title(make_folder):
    services.ingest(path=make_folder(objid="ark:/1/a"))
    before = rows()
    with pytest.raises(BadSubmission, match="belongs to ark:/1/a, not to ark:/1/b"):
        services.ingest(path=make_folder(objid="ark:/1/b"))
    assert rows() == before


def test_attachments_are_kept_with_what_the_record_says_of_them(
    make_folder, make_picture
):
    files = """<mets:fileSec><mets:fileGrp USE="SCREENSHOTS"><mets:file ID="S">
      <mets:FLocat xlink:href="screenshots/b.png"/></mets:file></mets:fileGrp>
      </mets:fileSec><mets:structMap><mets:div LABEL="The first cave">
      <mets:fptr FILEID="S"/></mets:div></mets:structMap>"""
    folder = make_folder(rest=files)
    make_picture(folder / "screenshots/a.png", "blue")
    make_picture(folder / "screenshots/b.png")
    (folder / "documents").mkdir()
    (folder / "documents/read_me.txt").write_text("dig")
    media = services.ingest(path=folder).media.all()
    assert [(m.kind, m.alt, m.caption, m.width) for m in media] == [
        ("screenshot", "The first cave", "", 32),
        ("screenshot", "Screen of Rogue", "", 32),
        ("document", "", "read me", None),
    ]
    assert Path(media[2].file.path).read_bytes() == b"dig"


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda f: (f / "mets.xml").unlink(), r"mets.xml: No such file"),
        (lambda f: (f / "mets.xml").write_text("<a>"), r"mets.xml: line 1: not well"),
        (lambda f: (f / "x.nxpk").write_bytes(b"PK"), r"more than one package: "),
        (lambda f: (f / "minimal.nxpk").write_bytes(b"PK"), r"minimal.nxpk: "),
        (lambda f: (f / "screenshots").mkdir() or (f / "screenshots/a").write_text("a"),
         "a: a screenshot must be a picture"),
        (lambda f: (f / "documents").mkdir() or (f / "documents/a").symlink_to(MINIMAL),
         "a: leads out of its folder"),
        (lambda f: (f.parent / "collection.toml").write_text("tint = 3"),
         "collection.toml: tint is wrong"),
    ],
)  # fmt: skip
def test_a_bad_submission_changes_nothing_and_says_where(
    make_folder, kept, spoil, message
):
    folder = make_folder()
    spoil(folder)
    before = rows()
    with pytest.raises(BadSubmission, match=message):
        services.ingest(path=folder)
    assert rows() == before
    assert kept() == []


def test_a_long_title_is_refused_in_words(make_folder, kept):
    with pytest.raises(BadSubmission, match=r"item: title: .*300 characters"):
        services.ingest(path=make_folder(title="a" * 301))
    assert Item.objects.count() == 0
    assert kept() == []


def test_an_ingest_that_breaks_off_leaves_nothing(
    make_folder, make_picture, kept, monkeypatch
):
    folder = make_folder()
    make_picture(folder / "screenshots/a.png")

    def break_off(*_):
        raise KeyboardInterrupt

    before = rows()
    monkeypatch.setattr(services, "_record_package", break_off)
    with pytest.raises(KeyboardInterrupt):
        services.ingest(path=folder)
    assert rows() == before
    assert kept() == []


def test_files_that_were_there_before_survive_a_break_off(
    make_folder, kept, monkeypatch
):
    services.ingest(path=make_folder())
    files = kept()

    def break_off(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(keeping.Package, "save", break_off)
    with pytest.raises(KeyboardInterrupt):
        services.ingest(path=make_folder("hack"))
    assert kept() == files


def test_a_package_alone_makes_an_item_in_a_named_collection(tmp_path):
    Collection.objects.create(slug="lab", title="Lab")
    path = Path(shutil.copy(MINIMAL, tmp_path / "Tiny Machine.nxpk"))
    item = services.ingest(path=path, sources=Sources(collection="lab"))
    assert (item.slug, item.collection.slug) == ("tiny-machine", "lab")
    assert item.title == item.packages.get().name
    assert not ReceivedMets.objects.exists()


def test_a_package_alone_must_be_in_a_collection(tmp_path, kept):
    path = Path(shutil.copy(MINIMAL, tmp_path))
    with pytest.raises(BadSubmission, match="it is in no collection"):
        services.ingest(path=path)
    with pytest.raises(BadSubmission, match="there is no collection 'lab'"):
        services.ingest(path=path, sources=Sources(collection="lab"))
    assert kept() == []


def test_an_item_gets_a_package_once(make_folder, other_package):
    item = services.ingest(path=make_folder())
    assert services.add_package(item=item, path=other_package).number == 2
    assert services.add_package(item=item, path=other_package) is None


def test_a_draft_is_published_with_its_packages(make_folder):
    item = services.ingest(path=make_folder())
    services.explain_absence(item=item, reason="not yet")
    services.publish(item=item)
    assert item.state == State.PUBLISHED
    assert item.published_at is not None
    assert item.current_package().state == State.PUBLISHED
    assert item.unavailable_reason == ""


def test_publishing_what_is_published_changes_nothing(make_folder):
    item = services.ingest(path=make_folder())
    services.publish(item=item)
    before = rows()
    services.publish(item=item)
    assert rows() == before


def test_a_withdrawn_item_says_why_and_may_come_back(make_folder):
    item = services.ingest(path=make_folder())
    services.publish(item=item)
    first, published_at = item.changed_at, item.published_at
    services.withdraw(item=item, reason="The heirs asked.")
    assert (item.state, item.withdrawn_reason) == ("withdrawn", "The heirs asked.")
    assert item.changed_at > first
    services.publish(item=item)
    assert (item.state, item.withdrawn_at, item.withdrawn_reason) == (
        "published",
        None,
        "",
    )
    assert item.published_at == published_at


def test_only_the_published_is_withdrawn(make_folder):
    item = services.ingest(path=make_folder())
    before = rows()
    with pytest.raises(WrongState):
        services.withdraw(item=item, reason="")
    assert rows() == before


def test_an_absence_is_explained_once(make_folder):
    item = services.ingest(path=make_folder(package=None))
    services.explain_absence(item=item, reason="no apt")
    changed_at = item.changed_at
    services.explain_absence(item=item, reason="no apt")
    assert (item.unavailable_reason, item.changed_at) == ("no apt", changed_at)


@pytest.mark.django_db(transaction=True)
def test_ingests_at_once_make_one_item_and_one_package(make_folder, kept):
    folder = make_folder()

    def ingest(_):
        try:
            return services.ingest(path=folder).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(ingest, range(4)))) == 1
    assert Package.objects.count() == 1
    assert Event.objects.count() == 4
    assert len(kept()) == 1


def test_a_package_that_is_not_what_the_record_says_is_refused(make_folder, kept):
    digest = "0" * 64
    files = f"""<mets:fileSec><mets:fileGrp USE="VM PACKAGE"><mets:file ID="P"
      CHECKSUMTYPE="SHA-256" CHECKSUM="{digest}"><mets:FLocat
      xlink:href="minimal.nxpk"/></mets:file></mets:fileGrp></mets:fileSec>"""
    with pytest.raises(BadSubmission, match=f"but the record gives {digest}"):
        services.ingest(path=make_folder(rest=files))
    assert kept() == []
    services.ingest(path=make_folder(rest=files.replace(digest, DIGEST.upper())))
    assert Package.objects.count() == 1


def test_processes_at_once_make_one_item_and_one_package(make_folder, tmp_path):
    folder = make_folder()
    environment = os.environ | {
        "OLIVE_DATA": str(tmp_path / "data"),
        "DJANGO_SETTINGS_MODULE": "olive_portal.settings",
    }
    for name in ("OLIVE_DATABASE_URL", "OLIVE_PACKAGES", "OLIVE_MEDIA"):
        environment.pop(name, None)

    def manage(*arguments):
        command = [sys.executable, "manage.py", *map(str, arguments)]
        return subprocess.Popen(command, cwd=ROOT, env=environment)

    assert manage("migrate", "--verbosity=0").wait(120) == 0
    running = [manage("ingest", "--publish", folder) for _ in range(2)]
    assert [process.wait(120) for process in running] == [0, 0]
    with closing(sqlite3.connect(tmp_path / "data/portal.sqlite3")) as database:
        for table in ("catalogue_item", "catalogue_package"):
            states = database.execute(f"SELECT state FROM {table}")  # noqa: S608
            assert states.fetchall() == [("published",)]
    packages = (tmp_path / "data/packages").rglob("*.nxpk")
    assert [path.stem for path in packages] == [DIGEST]
