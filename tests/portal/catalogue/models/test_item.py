from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from olive_portal.catalogue.models import Agent, Contribution, Item


@pytest.fixture
def one_of_each(make_item):
    for state in ("draft", "published", "withdrawn"):
        make_item(state, state=state)


def slugs(items):
    return {item.slug for item in items}


@pytest.mark.usefixtures("one_of_each")
def test_only_published_items_are_public():
    assert slugs(Item.objects.public()) == {"published"}


@pytest.mark.usefixtures("one_of_each")
def test_of_many_keys_those_of_public_items_are_read_by_key(
    django_assert_num_queries,
):
    keys = [*Item.objects.values_list("pk", flat=True), 4711]
    with django_assert_num_queries(1) as asked:
        found = Item.objects.public_by_key(keys)
    assert {key: item.slug for key, item in found.items()} == {
        Item.objects.public().get().pk: "published"
    }
    # Or SQLite would go through every public item of the library.
    _, _, condition = asked[0]["sql"].partition("WHERE")
    assert "state" not in condition


@pytest.mark.usefixtures("one_of_each")
def test_a_draft_has_a_page_for_curators_alone(curator):
    everybody = AnonymousUser()
    assert slugs(Item.objects.visible_to(everybody)) == {"published", "withdrawn"}
    assert "draft" in slugs(Item.objects.visible_to(curator))


@pytest.mark.usefixtures("one_of_each")
def test_withdrawn_items_stand_on_no_shelf(curator, visitor):
    assert slugs(Item.objects.listed_for(visitor)) == {"published"}
    assert slugs(Item.objects.listed_for(curator)) == {"published", "draft"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "draft", "published_at": timezone.now()},
        {"state": "published", "published_at": None},
        {"state": "published", "withdrawn_at": timezone.now()},
        {"state": "withdrawn", "withdrawn_at": None},
        {"state": "lost"},
    ],
)
def test_the_database_refuses_states_that_contradict_their_times(make_item, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_item(**wrong)


def test_saving_does_not_move_the_datestamp(make_item):
    item = make_item()
    before = item.changed_at
    item.title = "Rogue II"
    item.save()
    assert Item.objects.get().changed_at == before


def test_launch_runs_the_newest_published_version(make_item, make_package):
    item = make_item()
    make_package(item, number=1)
    newest = make_package(item, number=2)
    make_package(item, number=3, state="draft")
    assert item.current_package() == newest
    assert [package.number for package in item.public_packages] == [2, 1]


def test_an_item_without_a_published_package_has_none_to_launch(
    make_item, make_package
):
    item = make_item()
    make_package(item, state="withdrawn")
    assert item.current_package() is None
    assert not Item.objects.launchable().exists()


def test_creators_are_the_makers_and_publishers_stand_in(make_item):
    item = make_item()
    epyx = Agent.objects.create(name="Epyx", kind="organization")
    Contribution.objects.create(item=item, agent=epyx, role="publisher")
    assert Item.objects.get().makers == ["Epyx"]
    toy = Agent.objects.create(name="Michael Toy")
    Contribution.objects.create(item=item, agent=toy)
    assert Item.objects.get().makers == ["Michael Toy"]
    assert Item.objects.made_by(toy).get() == item


def test_the_first_screenshot_is_the_cover(make_item, make_screenshot):
    item = make_item()
    make_screenshot(item, position=2)
    first = make_screenshot(item, position=1)
    assert item.cover == first
    assert Item.objects.with_screenshot().get() == item


def test_what_is_no_date_is_refused(make_item):
    with pytest.raises(ValidationError) as caught:
        make_item(issued="long ago").full_clean()
    assert set(caught.value.message_dict) == {"issued"}


def test_cards_take_the_same_few_queries_for_any_number(
    make_exhibit, django_assert_num_queries
):
    for number in range(4):
        make_exhibit(f"item-{number}")
    with django_assert_num_queries(4):
        for item in Item.objects.public().for_cards():
            assert item.cover
            assert item.makers
            assert item.current_package()
            assert item.collection.tint
