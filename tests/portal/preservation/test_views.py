from __future__ import annotations

import pytest
from django.urls import reverse

from olive_portal.accounts.models import User
from olive_portal.metadata.reading import mets
from olive_portal.preservation import faces, services
from tests.portal.metadata.schemas import complaints, is_known, needs_schemas

pytestmark = pytest.mark.django_db
URL = "/items/rogue/mets.xml"
SECRETS = ("token", "/store/", "/tmp/", "alice", "sessionid")


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


@pytest.fixture
def played(make_folder, make_picture):
    """A published item with everything: a package, a screenshot, a history."""
    folder = make_folder()
    make_picture(folder / "screenshots/start.png")
    alice = User.objects.create_user("alice", is_staff=True)
    item = services.ingest(path=folder, actor=alice)
    services.publish(item=item, actor=alice)
    return item


@pytest.mark.parametrize("form", faces.FORMATS.values(), ids=lambda form: form.name)
def test_the_record_is_given_in_every_format(client, played, form):
    answer = client.get(f"/items/rogue/record/{form.name}")
    assert answer.status_code == 200
    assert answer["Content-Type"] == form.media_type
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert f'filename="rogue-{form.name}"' in answer["Content-Disposition"]
    assert "Rogue" in answer.content.decode()
    etag = {"if-none-match": answer["ETag"]}
    again = client.get(f"/items/rogue/record/{form.name}", headers=etag)
    assert again.status_code == 304


@needs_schemas
@pytest.mark.parametrize("form", faces.FORMATS.values(), ids=lambda form: form.name)
def test_the_record_is_valid_in_every_format(client, played, form):
    content = client.get(f"/items/rogue/record/{form.name}").content
    if form.is_xml and is_known(content):
        assert complaints(content) == []


@pytest.mark.parametrize("form", faces.FORMATS.values(), ids=lambda form: form.name)
def test_every_format_is_linked_from_the_page(client, played, form):
    page = client.get("/items/rogue").content.decode()
    media_type = form.media_type.partition(";")[0]
    link = f'href="/items/rogue/record/{form.name}" type="{media_type}"'
    assert link in page


def test_a_format_that_nobody_knows_is_not_found(client, played):
    assert client.get("/items/rogue/record/mods.exe").status_code == 404


def test_nothing_that_is_secret_or_ours_alone_is_in_a_record(client, played):
    for form in faces.FORMATS.values():
        content = client.get(f"/items/rogue/record/{form.name}").content.decode()
        for secret in SECRETS:
            assert secret not in content, form.name


def test_the_record_of_a_version_stays_as_it_was(client, played, make_folder):
    url = "/items/rogue/versions/1/mets.xml"
    before = client.get(url)
    assert before["Content-Type"] == "application/mets+xml"
    record = mets.read(before.content)
    assert record.package.number == 1
    assert record.record_status == "published"
    assert "publication" in [event.kind for event in record.events]
    services.ingest(path=make_folder(title="Rogue Clone"))
    after = client.get(url)
    assert after.content == before.content
    assert after["ETag"] == before["ETag"] == played.packages.get().version_record.etag
    assert "Rogue Clone" in client.get("/items/rogue/record/mets.xml").content.decode()
    assert client.get(url, headers={"if-none-match": before["ETag"]}).status_code == 304


def test_a_withdrawn_items_records_are_gone(client, played):
    services.withdraw(item=played, reason="")
    assert client.get("/items/rogue/versions/1/mets.xml").status_code == 404
    assert client.get("/items/rogue/record/mets.xml").status_code == 404
