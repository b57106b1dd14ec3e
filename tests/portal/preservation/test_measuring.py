from __future__ import annotations

import hashlib
import zipfile
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps

from olive_portal.catalogue.models import Media, PackagePart
from olive_portal.preservation import services
from tests.portal.preservation.conftest import MINIMAL

pytestmark = pytest.mark.django_db


def inside(name):
    with zipfile.ZipFile(MINIMAL) as archive:
        content = archive.read(name)
    return name, len(content), hashlib.sha256(content).hexdigest()


@pytest.fixture
def item(make_folder, make_picture):
    folder = make_folder()
    make_picture(folder / "screenshots/start.png")
    return services.ingest(path=folder)


def measured(item):
    parts = item.packages.get().parts
    return [(p.path, p.size, p.sha256) for p in parts.all()]


def test_what_is_in_a_package_is_measured_when_it_is_taken_in(item):
    assert measured(item) == [inside("domain.xml"), inside("disk.img")]


def test_what_was_taken_in_before_is_measured_by_the_migration(item):
    before = measured(item), item.media.values("size", "sha256").get()
    PackagePart.objects.all().delete()
    Media.objects.update(sha256="", size=None)
    migration = import_module("olive_portal.preservation.migrations.0003_measures")
    for operation in migration.Migration.operations:
        operation.code(apps, SimpleNamespace())
    assert (measured(item), item.media.values("size", "sha256").get()) == before
