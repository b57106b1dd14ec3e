from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from olive_portal.accounts.models import User
from olive_portal.catalogue import services
from olive_portal.catalogue.models import Agent, Collection, Item, Package, Subject
from olive_portal.oai.models import Record

ROWS = [Agent, Collection, Item, Package, Subject, User]

BOUND = {
    "qemu_version": "7.2.22",
    "machine": "pc-i440fx-7.2",
    "accelerator": "tcg",
    "cpu": "qemu64",
    "hardware": "0a1b",
}


@pytest.fixture
def admin(client, db):
    client.force_login(User.objects.create_superuser("admin"))
    return client


def change_url(row):
    return reverse(
        f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk]
    )


def item_form(item, **fields):
    """What the browser would send for `item` as it is."""
    data = {"title": item.title, "slug": item.slug, "collection": item.collection_id}
    for part in ("contributions", "identifiers", "media", "packages", "events"):
        data |= {f"{part}-TOTAL_FORMS": 0, f"{part}-INITIAL_FORMS": 0}
    return data | fields


@pytest.mark.parametrize("model", ROWS)
def test_every_list_opens_and_can_be_searched(admin, make_exhibit, model):
    make_exhibit()
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    assert admin.get(url, {"q": "rogue"}).status_code == 200


def test_every_row_opens(admin, make_exhibit):
    item = make_exhibit()
    rows = [item, item.collection, item.current_package(), Agent.objects.first()]
    for row in rows:
        assert admin.get(change_url(row)).status_code == 200


def test_a_change_moves_the_datestamp_and_saving_without_one_does_not(admin, make_item):
    item = make_item()
    services.follow_up()
    item.refresh_from_db()
    assert admin.post(change_url(item), item_form(item)).status_code == 302
    assert Item.objects.get().changed_at == item.changed_at
    admin.post(change_url(item), item_form(item, title="Rogue II"))
    changed = Item.objects.get()
    assert changed.title == "Rogue II"
    assert changed.changed_at > item.changed_at


def test_a_screenshot_added_is_a_change_of_its_item(admin, make_item, make_png):
    item = make_item()
    media = {
        "media-TOTAL_FORMS": 1,
        "media-0-kind": "screenshot",
        "media-0-alt": "A cave",
        "media-0-position": 0,
        "media-0-file": SimpleUploadedFile("a.bin", make_png((320, 200))),
    }
    assert admin.post(change_url(item), item_form(item, **media)).status_code == 302
    changed = Item.objects.get()
    assert (changed.cover.width, changed.cover.height) == (320, 200)
    assert changed.changed_at > item.changed_at


def test_renaming_a_maker_changes_what_they_made(admin, make_item):
    made = make_item("rogue", makers=["M. Toy"])
    other = make_item("other")
    services.follow_up()
    other.refresh_from_db()
    form = {"name": "Michael Toy", "kind": "person"}
    admin.post(change_url(Agent.objects.get()), form)
    assert Item.objects.get(slug="rogue").changed_at > made.changed_at
    assert Item.objects.get(slug="other").changed_at == other.changed_at


def test_a_state_is_not_typed_in(admin, make_item):
    item = make_item(state="draft")
    admin.post(change_url(item), item_form(item, state="published"))
    assert Item.objects.get().is_draft


def test_of_a_package_only_the_network_can_be_changed(admin, make_item, make_package):
    package = make_package(make_item())
    wrong = {"sha256": "f" * 64, "size": 1, "state": "draft", "network": "user"}
    assert admin.post(change_url(package), wrong).status_code == 302
    changed = Package.objects.get()
    assert changed.network == "user"
    assert (changed.sha256, changed.state) == (package.sha256, "published")


@pytest.mark.parametrize(
    ("has_image", "bound", "words"),
    [
        (False, {}, "There is none."),
        (True, {}, "It does not say"),
        (True, BOUND, "QEMU 7.2.22 or newer, pc-i440fx-7.2, tcg, qemu64"),
    ],
)
def test_a_curator_reads_what_a_memory_image_continues_on(
    admin, make_item, make_package, has_image, bound, words
):
    package = make_package(
        make_item(), has_memory_image=has_image, memory_binding=bound
    )
    assert words in admin.get(change_url(package)).content.decode()


def test_what_was_published_has_no_delete_button(admin, make_exhibit):
    item = make_exhibit()
    for row in (item, item.current_package()):
        url = change_url(row).replace("/change/", "/delete/")
        assert admin.post(url, {"post": "yes"}).status_code == 403
    assert Item.objects.exists()


def test_a_collection_is_not_moved_into_itself(admin, make_collection):
    games = make_collection()
    form = {"title": "Games", "slug": "games", "tint": "olive", "position": 0}
    page = admin.post(change_url(games), form | {"parent": games.pk})
    assert "cannot be inside of" in page.content.decode()
    assert Collection.objects.get().parent is None


def test_the_admin_wears_the_colours_of_the_house(admin):
    page = admin.get("/admin/").content.decode()
    assert "css/tokens.css" in page
    assert "css/admin.css" in page


def test_a_renamed_collection_reaches_harvesters(admin, make_item):
    item = make_item()
    services.follow_up()
    row = item.collection
    form = {"title": "Arcade", "slug": row.slug, "tint": row.tint, "position": 0}
    assert admin.post(change_url(row), form).status_code == 302
    assert "Arcade" in Record.objects.get(prefix="mods").metadata


@pytest.mark.parametrize("action", [False, True])
def test_a_deleted_subject_reaches_harvesters(admin, make_item, action):
    subject = make_item().subjects.create(term="Dungeon crawl")
    services.follow_up()
    assert "Dungeon crawl" in Record.objects.get(prefix="oai_dc").metadata
    if action:
        url = reverse("admin:catalogue_subject_changelist")
        form = {"action": "delete_selected", "_selected_action": [subject.pk]}
    else:
        url = reverse("admin:catalogue_subject_delete", args=[subject.pk])
        form = {}
    assert admin.post(url, form | {"post": "yes"}).status_code == 302
    assert not Subject.objects.exists()
    assert "Dungeon crawl" not in Record.objects.get(prefix="oai_dc").metadata
