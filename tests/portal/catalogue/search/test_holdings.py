from __future__ import annotations

import gc
import random
from threading import Thread

import pytest
from django.db import OperationalError
from pyroaring import BitMap

from olive_portal.catalogue import services
from olive_portal.catalogue.models import Item, SearchEntry, SearchRevision
from olive_portal.catalogue.search import holdings
from olive_portal.catalogue.search.holdings import Order


def read_ahead():
    """In a thread of its own, as a web process does it."""
    thread = Thread(target=holdings.read_ahead)
    thread.start()
    thread.join(60)
    gc.unfreeze()
    assert not thread.is_alive()


@pytest.mark.parametrize("many", [0, 200])
@pytest.mark.parametrize("few", [0, 200])
def test_an_order_follows_changes_singly_and_in_bulk(monkeypatch, many, few):
    monkeypatch.setattr(holdings, "MANY", many)
    monkeypatch.setattr(holdings, "FEW", few)
    order = Order()
    order.change({1: "b", 2: "a", 3: "c", 4: "a"})
    order.change({1: "z", 3: None, 5: "b", 99: None})
    everything = BitMap([1, 2, 3, 4, 5])
    assert list(order.walk(everything)) == [2, 4, 5, 1]
    assert list(order.walk_back(everything)) == [1, 5, 4, 2]
    assert list(order.walk(BitMap([1, 4]))) == [4, 1]


@pytest.mark.django_db
def test_only_what_changed_is_read_again(make_item, django_assert_num_queries):
    make_item("rogue", platform="Unix")
    services.record_change(items=Item.objects.all())
    with holdings.current() as held:
        assert held.counts("platform", held.everything) == {"Unix": 1}
    with django_assert_num_queries(1), holdings.current():
        pass
    Item.objects.update(platform="VAX")
    services.record_change(items=Item.objects.all())
    with django_assert_num_queries(2), holdings.current() as held:
        assert held.counts("platform", held.everything) == {"VAX": 1}


@pytest.mark.django_db
def test_the_most_frequent_values_are_counted_as_all_of_them_are(make_item):
    chance = random.Random(5)
    names = [f"Platform {number}" for number in range(40)]
    weights = [1 / (number + 1) for number in range(40)]
    for number in range(200):
        platform = chance.choices(names, weights)[0]
        make_item(f"item-{number}", platform=platform)
    services.record_change(items=Item.objects.all())
    with holdings.current() as held:
        for size in (0, 1, 10, 60, 200):
            wanted = BitMap(chance.sample(list(held.everything), size))
            every = held.counts("platform", wanted)
            assert sum(every.values()) == size
            for limit in (1, 5, 100):
                least = min(sorted(every.values())[-limit:], default=0)
                most = held.most("platform", wanted, limit)
                assert most.items() <= every.items()
                assert {v for v in every if every[v] >= least} <= most.keys()


@pytest.mark.django_db(transaction=True)
def test_what_was_read_ahead_is_not_read_again(make_item, django_assert_num_queries):
    make_item("rogue", platform="Unix")
    services.record_change(items=Item.objects.all())
    read_ahead()
    with django_assert_num_queries(1), holdings.current() as held:
        assert held.counts("platform", held.everything) == {"Unix": 1}


@pytest.mark.django_db
def test_a_database_that_is_away_stops_nobody(monkeypatch):
    def first():
        raise OperationalError

    monkeypatch.setattr(SearchRevision.objects, "first", first)
    read_ahead()


@pytest.mark.django_db
def test_another_database_is_read_from_its_start(make_item):
    """As after restoring a backup: the number went back."""
    item = make_item("rogue")
    services.record_change(items=Item.objects.all())
    services.record_change(items=Item.objects.all())
    with holdings.current() as held:
        assert held.number == 2
    SearchRevision.objects.update(number=1)
    SearchEntry.objects.update(revision=1, facets={"platform": ["VAX"]})
    with holdings.current() as held:
        assert held.counts("platform", BitMap([item.pk])) == {"VAX": 1}


@pytest.mark.django_db
def test_an_error_while_catching_up_leaves_nothing_half_done(make_item, monkeypatch):
    make_item("rogue", platform="VAX")
    services.record_change(items=Item.objects.all())
    with monkeypatch.context() as broken:
        broken.setattr(holdings, "split", lambda _text: 1 / 0)
        with pytest.raises(ZeroDivisionError), holdings.current():
            pass
    with holdings.current() as held:
        assert held.counts("platform", held.everything) == {"VAX": 1}
