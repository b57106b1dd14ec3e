from __future__ import annotations

import hashlib

import pytest

from olive_portal.metadata.reading import mets
from olive_portal.preservation import services, version_records
from olive_portal.preservation.models import VersionRecord

pytestmark = pytest.mark.django_db


@pytest.fixture
def package(make_folder):
    item = services.ingest(path=make_folder())
    services.publish(item=item)
    return item.packages.get()


def test_publishing_makes_the_versions_record(package):
    record = VersionRecord.objects.get(package=package)
    assert record.sha256 == hashlib.sha256(bytes(record.content)).hexdigest()
    found = mets.read(bytes(record.content))
    assert found.package is not None
    assert found.package.sha256 == package.sha256
    assert [part.use for part in found.package.components] == ["domain", "disk"]


def test_a_record_is_made_once(package):
    assert version_records.keep(package) == version_records.keep(package)
    services.publish(item=package.item)
    assert VersionRecord.objects.count() == 1


def test_a_version_from_before_gets_its_record_when_it_is_asked_for(package):
    VersionRecord.objects.all().delete()
    record = version_records.keep(package)
    assert record.package == package
    assert str(record).startswith("Rogue (version 1): ")
