from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from olive_portal.accounts.models import User
from olive_portal.catalogue.models import Collection, Item
from olive_portal.preservation import record_admin, services
from olive_portal.preservation.models import Event, ReceivedMets

pytestmark = pytest.mark.django_db
MAKERS = Path(__file__).parents[2] / "data/mets"


@pytest.fixture
def alice():
    return User.objects.create_superuser("alice")


@pytest.fixture
def lab():
    return Collection.objects.create(slug="lab", title="Lab")


@pytest.fixture
def send(alice, lab):
    """Sends a file as the page does; the answer's text."""
    client = Client()
    client.force_login(alice)
    url = reverse("admin:preservation_records")

    def send(name, content, **fields):
        file = io.BytesIO(content)
        file.name = name
        fields = {"records": file, "collection": lab.pk} | fields
        return client.post(url, fields).content.decode()

    send.client, send.url = client, url
    return send


def mets(name):
    return (MAKERS / f"{name}.xml").read_bytes()


def test_the_page_asks_for_a_file_and_would_only_tell(send):
    page = send.client.get(send.url).content.decode()
    assert 'name="is_rehearsal"' in page
    assert "checked" in page
    listing = send.client.get(reverse("admin:catalogue_item_changelist"))
    assert send.url in listing.content.decode()


def test_a_rehearsal_tells_each_section_and_keeps_nothing(send):
    answer = send("dspace.xml", mets("dspace"), is_rehearsal="on")
    assert "What would happen" in answer
    assert "Cell Simulator: new" in answer
    assert "<td>8</td><td>dmdSec dmdSec_2</td><td>not understood</td>" in answer
    assert Item.objects.count() == ReceivedMets.objects.count() == 0


def test_a_record_is_taken_in_by_who_sent_it(send, alice):
    answer = send("dspace.xml", mets("dspace"))
    assert '<a href="/items/cell-simulator">Cell Simulator</a>: new' in answer
    assert Item.objects.get().collection.slug == "lab"
    assert Event.objects.get().user == alice
    assert "as before" in send("again.xml", mets("dspace"))


def test_many_records_come_in_a_zip_file(send):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("one/dspace.xml", mets("dspace"))
        archive.writestr("one/bad.xml", "<a")
        archive.writestr("dfg.xml", mets("dfg-viewer"))
    answer = send("records.zip", packed.getvalue())
    assert "Refused: records/one/bad.xml: line 1: not well-formed" in answer
    assert Item.objects.count() == 2
    assert "/tmp" not in answer


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"),
        ("a.zip", b"PK"),
        ("..", b"x"),
        ("a.exe", b"x"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_leaves_nothing(send, name, content):
    answer = send(name, content)
    assert "Refused" in answer or "errorlist" in answer
    assert Item.objects.count() == 0


def test_more_than_a_page_can_wait_for_is_for_the_command(send, monkeypatch):
    monkeypatch.setattr(record_admin, "MOST_TITLES", 0)
    assert "manage.py ingest takes more" in send("dspace.xml", mets("dspace"))
    monkeypatch.setattr(record_admin, "MOST_BYTES", 10)
    assert "more than 10 bytes" in send("dspace.xml", mets("dspace"))


def test_who_may_not_add_items_may_not_take_them_in(db):
    client = Client()
    client.force_login(User.objects.create_user("bob", is_staff=True))
    assert client.get(reverse("admin:preservation_records")).status_code == 403


def test_what_came_can_be_read_again_with_what_was_made_of_it(send, make_folder):
    hostile = "&lt;script>alert(1)&lt;/script>"
    folder = make_folder(package=None, abstract=hostile)
    services.ingest(path=folder)
    received = ReceivedMets.objects.get()
    url = reverse("admin:preservation_receivedmets_change", args=[received.pk])
    page = send.client.get(url).content.decode()
    assert received.sha256 in page
    assert "MODS: title, names, date" in page
    assert "&amp;lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    listing = reverse("admin:preservation_receivedmets_changelist")
    assert send.client.get(listing).status_code == 200
