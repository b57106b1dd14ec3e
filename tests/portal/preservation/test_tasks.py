from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from olive_portal.catalogue.models import Item, State
from olive_portal.celery import app
from olive_portal.oai import stamping
from olive_portal.oai.models import Record
from olive_portal.preservation import services, tasks
from olive_portal.preservation.errors import WrongState
from olive_portal.preservation.models import Event

pytestmark = pytest.mark.django_db

SOON = timedelta(days=2)


@pytest.fixture
def draft(make_folder):
    return services.ingest(path=make_folder())


@pytest.fixture
def item(draft):
    services.publish(item=draft)
    return draft


@pytest.fixture
def other(make_folder):
    other = services.ingest(path=make_folder("hack", title="Hack"))
    services.publish(item=other)
    return other


def harvested(item):
    records = Record.objects.filter(source=f"item/{item.pk}")
    return {(record.is_deleted, record.datestamp) for record in records}


def move(monkeypatch, moment):
    """The portal's clock: what is over, and what is stamped."""
    monkeypatch.setattr(timezone, "now", lambda: moment)
    monkeypatch.setattr(stamping.time, "time", moment.timestamp)
    if stamping.connection.vendor == "postgresql":
        pytest.skip("it has a clock of its own")


def test_an_embargo_hides_a_title_and_lifting_it_is_news(item, client, monkeypatch):
    ((_, before),) = harvested(item)
    until = timezone.now() + SOON
    services.embargo(item=item, until=until)
    assert client.get("/items/rogue").status_code == 403
    assert f"{until:%Y}" in client.get("/items/rogue").content.decode()
    assert client.post("/items/rogue/launch").status_code == 404
    assert {is_deleted for is_deleted, _ in harvested(item)} == {True}
    tasks.lift_embargoes()
    assert client.get("/items/rogue").status_code == 403
    move(monkeypatch, until)
    tasks.lift_embargoes()
    assert client.get("/items/rogue").status_code == 200
    ((is_deleted, after),) = harvested(item)
    assert (is_deleted, after) == (False, stamping.written(int(until.timestamp())))
    assert after > before


def test_a_draft_under_embargo_publishes_itself(draft, client, monkeypatch):
    until = timezone.now() + SOON
    services.embargo(item=draft, until=until)
    assert client.get("/items/rogue").status_code == 404
    assert harvested(draft) == set()
    move(monkeypatch, until + SOON)
    tasks.lift_embargoes()
    assert client.get("/items/rogue").status_code == 200
    assert len(harvested(draft)) == 1


def test_an_embargo_can_be_moved_and_ended(item):
    services.embargo(item=item, until=timezone.now() + SOON)
    later = timezone.now() + 2 * SOON
    services.embargo(item=item, until=later)
    assert item.embargo_until == later
    services.publish(item=item)
    assert (item.state, item.embargo_until) == (State.PUBLISHED, None)


def test_what_is_withdrawn_or_over_has_no_embargo(item):
    with pytest.raises(WrongState):
        services.embargo(item=item, until=timezone.now())
    services.withdraw(item=item, reason="Rights.")
    with pytest.raises(WrongState):
        services.embargo(item=item, until=timezone.now() + SOON)
    assert item.embargo_until is None


def test_a_merged_title_leads_to_the_other_by_address_and_by_name(item, other, client):
    services.merge(item=item, into=other)
    assert {is_deleted for is_deleted, _ in harvested(item)} == {True}
    response = client.get("/items/rogue")
    assert (response.status_code, response["Location"]) == (301, "/items/hack")
    response = client.get(f"/ark:{item.ark}", follow=True)
    assert response.redirect_chain[-1] == ("/items/hack", 301)
    assert client.get("/items/rogue/versions/1", follow=True).status_code == 200
    assert Event.objects.filter(item=item, detail="Merged into /items/hack.").exists()


def test_a_merge_can_be_undone(item, other, client):
    services.merge(item=item, into=other)
    services.publish(item=item)
    assert client.get("/items/rogue").status_code == 200
    assert {is_deleted for is_deleted, _ in harvested(item)} == {False}


def test_only_two_published_titles_are_merged(item, other):
    with pytest.raises(WrongState):
        services.merge(item=item, into=item)
    services.withdraw(item=other, reason="Rights.")
    with pytest.raises(WrongState):
        services.merge(item=item, into=other)
    assert Item.objects.get(pk=item.pk).state == State.PUBLISHED


def test_beat_lifts_embargoes_within_the_minute():
    entry = app.conf.beat_schedule["preservation-lift-embargoes"]
    assert entry["task"] == tasks.lift_embargoes.name
    assert entry["schedule"] < 60
