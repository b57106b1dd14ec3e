from __future__ import annotations

import pytest
from django.db import IntegrityError

from olive_portal.preservation import services
from olive_portal.preservation.models import Build, Event, ReceivedMets

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(make_folder):
    return services.ingest(path=make_folder())


def test_the_newest_record_counts_while_its_item_is_public(item, make_folder):
    newer = services.ingest(path=make_folder(abstract="Newer."))
    assert not ReceivedMets.objects.newest_of("rogue")
    services.publish(item=newer)
    (found,) = ReceivedMets.objects.newest_of("rogue")
    assert b"Newer." in bytes(found.content)
    assert found.etag == f'"sha256:{found.sha256}"'


def test_an_event_is_of_a_known_kind(item):
    with pytest.raises(IntegrityError):
        Event.objects.create(item=item, kind="magic")


def test_a_package_is_made_from_the_same_inputs_once(item):
    package = item.packages.get()
    Build.objects.create(package=package, inputs_sha256="a")
    with pytest.raises(IntegrityError):
        Build.objects.create(package=package, inputs_sha256="a")
