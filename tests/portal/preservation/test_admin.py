from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from olive_portal.accounts.models import User
from olive_portal.catalogue.models import Package, State
from olive_portal.preservation import services
from tests.portal.preservation.conftest import MINIMAL

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice():
    return User.objects.create_superuser("alice")


@pytest.fixture
def curator(alice):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    return client


@pytest.fixture
def item(make_folder):
    return services.ingest(path=make_folder(package=None))


def send(client, url, **fields):
    """A POST as the page makes it, with the token that the page was given."""
    client.get(reverse("admin:index"))
    client.get(url)
    token = client.cookies["csrftoken"].value if "csrftoken" in client.cookies else ""
    return client.post(url, {**fields, "csrfmiddlewaretoken": token}, follow=True)


def test_a_package_is_uploaded(curator, alice, item):
    url = reverse("admin:preservation_item_package", args=[item.pk])
    with MINIMAL.open("rb") as file:
        answer = send(curator, url, package=file)
    assert "Version 1 is a draft now." in answer.content.decode()
    assert item.packages.get().events.filter(user=alice).count() == 3


def test_an_upload_needs_its_token(curator, item):
    url = reverse("admin:preservation_item_package", args=[item.pk])
    with MINIMAL.open("rb") as file:
        assert curator.post(url, {"package": file}).status_code == 403
    assert not Package.objects.exists()


def test_a_visitor_uploads_nothing(client, item):
    url = reverse("admin:preservation_item_package", args=[item.pk])
    with MINIMAL.open("rb") as file:
        assert client.post(url, {"package": file}).status_code == 302
    assert not Package.objects.exists()


def test_a_bad_package_is_refused_by_the_name_it_came_with(curator, item, tmp_path):
    path = tmp_path / "mine.nxpk"
    path.write_bytes(b"no zip")
    url = reverse("admin:preservation_item_package", args=[item.pk])
    with path.open("rb") as file:
        answer = send(curator, url, package=file)
    assert "Not taken in: mine.nxpk" in answer.content.decode()
    assert "/tmp" not in answer.content.decode()
    assert not Package.objects.exists()


def test_items_are_published_and_withdrawn_with_a_reason(curator, item):
    url = reverse("admin:catalogue_item_changelist")
    chosen = {"_selected_action": item.pk}
    send(curator, url, action="publish_items", **chosen)
    item.refresh_from_db()
    assert item.state == State.PUBLISHED
    asked = send(curator, url, action="withdraw_items", **chosen)
    assert "Why it is withdrawn" in asked.content.decode()
    send(curator, url, action="withdraw_items", reason="The heirs asked.", **chosen)
    item.refresh_from_db()
    assert (item.state, item.withdrawn_reason) == ("withdrawn", "The heirs asked.")


def test_the_history_and_the_upload_are_on_the_items_page(curator, item):
    page = curator.get(reverse("admin:catalogue_item_change", args=[item.pk]))
    text = page.content.decode()
    assert "The record was received." in text
    assert reverse("admin:preservation_item_package", args=[item.pk]) in text


def act(client, action, item, **fields):
    url = reverse("admin:catalogue_item_changelist")
    return send(client, url, action=action, _selected_action=item.pk, **fields)


def test_an_embargo_is_asked_for_its_end(curator, item):
    services.publish(item=item)
    assert "Until" in act(curator, "embargo_items", item).content.decode()
    act(curator, "embargo_items", item, until="2999-01-01T00:00")
    item.refresh_from_db()
    assert item.embargo_until.year == 2999
    answer = act(curator, "embargo_items", item, until="1999-01-01T00:00")
    assert "An embargo ends in the future." in answer.content.decode()


def test_a_merge_is_asked_for_the_other_title(curator, item, make_folder):
    other = services.ingest(path=make_folder("hack", package=None, title="Hack"))
    for row in (item, other):
        services.publish(item=row)
    assert "Merge into" in act(curator, "merge_items", item).content.decode()
    act(curator, "merge_items", item, into=other.pk)
    item.refresh_from_db()
    assert item.merged_into == other
    answer = act(curator, "merge_items", item, into=other.pk)
    assert "Two published titles" in answer.content.decode()
