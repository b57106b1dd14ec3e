from __future__ import annotations

import pytest
from django.urls import reverse

from olive_portal.preservation import services

pytestmark = pytest.mark.django_db
URL = "/items/rogue/mets.xml"


@pytest.fixture
def item(make_folder):
    return services.ingest(path=make_folder(package=None))


def test_the_record_is_given_as_it_came(client, item, make_folder):
    services.publish(item=item)
    folder = make_folder(package=None, abstract="Newer.")
    services.ingest(path=folder)
    answer = client.get(reverse("received-mets", args=["rogue"]))
    assert answer.content == (folder / "mets.xml").read_bytes()
    assert answer["Content-Type"] == "application/xml"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["ETag"] == item.received_mets.first().etag


def test_who_has_the_record_is_told_so(client, item):
    services.publish(item=item)
    etag = client.get(URL)["ETag"]
    assert client.get(URL, headers={"if-none-match": etag}).status_code == 304


def test_a_draft_or_withdrawn_items_record_is_not_public(client, item):
    assert client.get(URL).status_code == 404
    services.publish(item=item)
    services.withdraw(item=item, reason="")
    assert client.get(URL).status_code == 404
