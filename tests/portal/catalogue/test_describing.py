from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest

from olive_portal.catalogue.describing import record_of
from olive_portal.catalogue.models import Agent, Contribution, Item, Role, Subject
from olive_portal.metadata.records import (
    Collection,
    File,
    Identifier,
    Name,
    OtherVersion,
    Rights,
)
from olive_portal.metadata.records import Subject as Topic

CHANGED = datetime(2026, 2, 1, 9, 30, 15, 999999, tzinfo=UTC)


def sha256_of(file):
    with file.open() as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


@pytest.fixture(autouse=True)
def base_url(settings):
    settings.BASE_URL = "https://olive.example.org"


def test_a_title_alone_is_described(make_item):
    record = record_of(make_item("rogue", title="Rogue", changed_at=CHANGED))
    assert record.title == "Rogue"
    assert record.url == record.objid == "https://olive.example.org/items/rogue"
    assert record.changed == "2026-02-01T09:30:15Z"
    assert record.archive == "Olive"
    assert record.package is None
    assert (record.names, record.files, record.routes) == ((), (), ())


def test_everything_of_the_page_is_in_the_record(make_exhibit, make_collection):
    games = make_collection("games", parent=make_collection("programs"))
    item = make_exhibit(
        collection=games,
        alternative_title="Rog-O-Matic",
        version="5.4",
        issued="1980",
        language="eng",
        abstract="It digs.",
        significance="First.",
        platform="Unix",
        system_requirements="A terminal.",
        rights_uri="https://spdx.org/licenses/MIT.html",
        rights_text="MIT",
    )
    item.subjects.add(Subject.objects.create(term="Games", uri="http://a.example/1"))
    item.identifiers.create(scheme="wikidata", value="Q1")
    item.identifiers.create(scheme="ark", value="ark:/99999/x1")
    record = record_of(item)
    assert record.alternative_titles == ("Rog-O-Matic",)
    assert record.subjects == (Topic("Games", "http://a.example/1"),)
    assert record.rights == Rights("https://spdx.org/licenses/MIT.html", "MIT")
    assert record.collections == (
        Collection("Programs", "https://olive.example.org/collections/programs"),
        Collection("Games", "https://olive.example.org/collections/games"),
    )
    assert record.objid == "ark:/99999/x1"
    assert Identifier("wikidata", "Q1") in record.identifiers
    (screen,) = item.media.all()
    url = f"https://olive.example.org{screen.file.url}"
    size, sha256 = screen.file.size, sha256_of(screen.file)
    assert record.files == (
        File(url, "image/png", "SCREENSHOTS", "A dungeon", size, sha256),
    )
    assert (record.version, record.issued, record.languages) == (
        "5.4",
        "1980",
        ("eng",),
    )
    assert (record.abstract, record.significance) == ("It digs.", "First.")
    assert (record.platform, record.system_details) == ("Unix", "A terminal.")


def test_an_agent_stands_once_with_all_its_roles(make_item):
    item = make_item()
    toy = Agent.objects.create(name="Michael Toy", uri="http://viaf.org/viaf/1")
    epyx = Agent.objects.create(name="Epyx", kind="organization")
    for agent, role in (
        (toy, Role.CREATOR),
        (epyx, Role.PUBLISHER),
        (toy, "programmer"),
    ):
        item.contributions.create(
            agent=agent, role=role, position=Contribution.objects.count()
        )
    assert record_of(item).names == (
        Name(
            "Michael Toy", "person", "http://viaf.org/viaf/1", ("creator", "programmer")
        ),
        Name("Epyx", "organization", "", ("publisher",)),
    )


def test_the_newest_published_package_is_the_records_if_no_other_is_named(
    make_item, make_package
):
    item = make_item("rogue")
    first, second = (make_package(item, number=number) for number in (1, 2))
    make_package(item, number=3, state="draft")
    record = record_of(item)
    assert record.package is not None
    assert (record.package.number, record.package.sha256) == (2, second.sha256)
    assert record.package.filename == "rogue-2.nxpk"
    page = "https://olive.example.org/items/rogue/versions/1"
    assert record.other_versions == (OtherVersion(1, page),)
    assert record.lasting_url == "https://olive.example.org/items/rogue"
    assert [route.url for route in record.routes] == [
        "https://olive.example.org/items/rogue/launch",
        "https://olive.example.org/items/rogue/launch/thin",
        "https://olive.example.org/items/rogue/launch/thick",
    ]
    older = record_of(item, first)
    assert older.package.number == 1
    assert [route.url.partition("/rogue/")[2] for route in older.routes] == [
        "versions/1/launch",
        "versions/1/launch/thin",
        "versions/1/launch/thick",
    ]


def test_our_own_ark_is_what_the_record_goes_by(make_item):
    item = make_item(ark="99999/s1fh3kz9m7w")
    item.identifiers.create(scheme="ark", value="ark:/12345/other")
    record = record_of(item)
    assert record.objid == "ark:99999/s1fh3kz9m7w"
    assert record.identifiers[0] == Identifier("ark", record.objid)
    assert len(record.identifiers) == 2
    assert record.lasting_url == f"https://olive.example.org/{record.objid}"


def test_a_version_has_an_address_that_lasts_too(make_item, make_package):
    item = make_item("rogue", ark="99999/s1fh3kz9m7w")
    first, _ = (make_package(item, number=number) for number in (1, 2))
    ark = "https://olive.example.org/ark:99999/s1fh3kz9m7w"
    assert record_of(item, first).cite_as == f"{ark}.v1"
    assert record_of(item).other_versions == (OtherVersion(1, f"{ark}.v1"),)
    assert record_of(item).cite_as == ark


def test_the_machine_and_what_is_in_the_package_are_described(make_item, make_package):
    package = make_package(make_item(), disk_format="qcow2")
    for kind, path in (("domain", "domain.xml"), ("disk", "disk.img")):
        package.parts.create(kind=kind, path=path, size=7, sha256="ab" * 32)
    record = record_of(package.item)
    assert record.package is not None
    assert record.package.components == (
        File("domain.xml", "application/xml", "domain", "", 7, "ab" * 32),
        File("disk.img", "application/x-qemu-disk", "disk", "", 7, "ab" * 32),
    )
    machine, emulator = record.environments
    assert (machine.function, machine.name) == ("hardware", "32-bit PC (i686)")
    assert "memory: 67108864 bytes; disk: qcow2" in machine.note
    assert (emulator.function, emulator.name) == ("software application", "QEMU")
    # The disk boots on any: nothing is claimed that nobody looked at.
    assert (emulator.version, emulator.note) == ("", "")


def test_many_items_cost_as_many_queries_as_one(
    make_exhibit, make_collection, django_assert_num_queries
):
    outer = make_collection("outer")
    for number in range(12):
        shelf = make_collection(f"shelf-{number}", parent=outer)
        make_exhibit(f"item-{number}", collection=shelf).identifiers.create(
            scheme="local", value=str(number)
        )
    # The items; their media, packages and what is in those, contributions, subjects
    # and identifiers; the collections around theirs.
    with django_assert_num_queries(8):
        records = [record_of(item) for item in Item.objects.for_description()]
    assert {record.host for record in records} == {f"Shelf {n}" for n in range(12)}
    assert {record.collections[0].title for record in records} == {"Outer"}


def test_what_a_saved_memory_continues_on_is_described(make_item, make_package):
    item = make_item()
    bound = {
        "qemu_version": "7.2.22",
        "machine": "pc-i440fx-7.2",
        "accelerator": "tcg",
        "cpu": "qemu64",
        "hardware": "0a1b",
    }
    make_package(item, has_memory_image=True, memory_binding=bound)
    _, emulator = record_of(item).environments
    assert emulator.version == "7.2.22"
    assert emulator.note == (
        "The saved memory continues on this version or a newer one: pc-i440fx-7.2, "
        "tcg, qemu64, hardware 0a1b."
    )
