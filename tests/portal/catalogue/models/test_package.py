from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from olive_portal.catalogue.errors import PublishedIsFixed
from olive_portal.catalogue.models import Package

CHANGES = {
    "file": "other.nxpk",
    "sha256": "f" * 64,
    "size": 1,
    "number": 7,
    "memory_bytes": 1,
    "published_at": timezone.now(),
}


@pytest.fixture
def published(make_item, make_package):
    return make_package(make_item())


@pytest.mark.parametrize("state", ["published", "withdrawn"])
@pytest.mark.parametrize("name", CHANGES)
def test_what_was_published_is_not_changed(make_item, make_package, name, state):
    package = make_package(make_item(), state=state)
    before = getattr(package, name)
    setattr(package, name, CHANGES[name])
    with pytest.raises(PublishedIsFixed, match=name):
        package.save()
    assert getattr(Package.objects.get(), name) == before


@pytest.mark.parametrize("name", CHANGES)
def test_no_update_of_many_rows_changes_what_was_published(published, name):
    with pytest.raises(PublishedIsFixed):
        Package.objects.update(**{name: CHANGES[name]})
    setattr(published, name, CHANGES[name])
    with pytest.raises(PublishedIsFixed):
        Package.objects.bulk_update([published], [name])


def test_a_draft_may_change(make_item, make_package):
    package = make_package(make_item(), state="draft")
    package.sha256 = "f" * 64
    package.save()
    Package.objects.update(size=1)
    assert Package.objects.get(sha256="f" * 64).size == 1


def test_the_network_of_a_published_package_may_change(published):
    published.network = "user"
    published.save()
    assert Package.objects.get().network == "user"


def test_a_published_package_may_be_withdrawn(published):
    published.state = "withdrawn"
    published.save()
    assert not Package.objects.published().exists()


def test_a_published_package_is_not_deleted(published):
    with pytest.raises(PublishedIsFixed):
        published.delete()
    with pytest.raises(PublishedIsFixed):
        Package.objects.all().delete()
    with pytest.raises(ProtectedError):
        published.item.delete()
    assert Package.objects.get() == published


def test_a_draft_is_deleted(make_item, make_package):
    make_package(make_item(), state="draft").delete()
    assert not Package.objects.exists()


def test_a_package_is_public_with_its_item(make_item, make_package):
    shown = make_package(make_item("rogue"))
    make_package(make_item("gone", state="withdrawn"))
    assert Package.objects.public().get() == shown


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": 0},
        {"size": 0},
        {"memory_bytes": 0},
        {"vcpus": 0},
        {"sha256": "A" * 64},
        {"sha256": "a" * 63},
        {"arch": "m68k"},
        {"disk_format": "vmdk"},
        {"network": "bridge"},
        {"published_at": None},
        {"state": "lost"},
    ],
)
def test_the_database_refuses_what_cannot_be(make_item, make_package, wrong):
    item = make_item()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_package(item, **wrong)


def test_an_item_has_a_version_number_once(make_package, published):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_package(published.item)


def test_the_etag_is_strong_and_made_of_the_digest(published):
    assert published.etag == f'"sha256:{published.sha256}"'


def test_a_page_says_in_short_what_a_saved_moment_continues_on():
    bound = {"qemu_version": "7.2.22 (Debian 1:7.2)", "accelerator": "tcg"}
    assert Package(memory_binding=bound).saved_on == "QEMU 7.2.22, TCG"
    assert Package().saved_on == ""
