"""Which public items have which values, in memory: a set of keys a value.

Counting every value of every facet takes a database a scan for each facet; sets are
intersected in microseconds (docs/decisions/ has the figures). Each process has its own
copy, and brings it up to date from the entries' table before each answer.
"""

from __future__ import annotations

import gc
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice
from threading import Lock
from uuid import UUID

from django.db import DatabaseError, connection
from pyroaring import BitMap

from olive_portal.catalogue.models import SearchEntry, SearchRevision
from olive_portal.catalogue.search.facets import NAMES
from olive_portal.catalogue.search.words import fold, split

Key = str | float
Sets = Mapping[str, BitMap]
# More than this at once, and sorting anew is quicker than putting each in its place.
MANY = 200
# So many are sorted sooner than found among all the others.
FEW = 400
# After every year, so that what has no date stands last.
NO_YEAR = 10_000.0
HEAD = ("title", "names", "subjects")
FIELDS = ("item_id", "is_public", "facets", "year", "added_at", *HEAD)


class Order:
    """Items in the order of a key."""

    def __init__(self) -> None:
        self._keys: dict[int, Key] = {}
        self._pks: list[int] = []

    def change(self, changed: dict[int, Key | None]) -> None:
        """Give items their keys; None takes them out."""
        for pk in changed.keys() & self._keys.keys():
            if len(changed) <= MANY:
                self._pks.pop(self._place(pk))
        new = {pk: key for pk, key in changed.items() if key is not None}
        for pk in changed.keys() - new.keys():
            self._keys.pop(pk, None)
        self._keys |= new
        if len(changed) > MANY:
            self._pks = sorted(self._keys, key=self._key)
            return
        for pk in new:
            insort(self._pks, pk, key=self._key)

    def walk(self, wanted: BitMap) -> Iterator[int]:
        return filter(wanted.__contains__, self._around(wanted))

    def walk_back(self, wanted: BitMap) -> Iterator[int]:
        return filter(wanted.__contains__, reversed(self._around(wanted)))

    def _around(self, wanted: BitMap) -> list[int]:
        """All in their order; of few that are wanted only these."""
        if len(wanted) > FEW:
            return self._pks
        return sorted(filter(self._keys.__contains__, wanted), key=self._key)

    def _key(self, pk: int) -> tuple[Key, int]:
        return self._keys[pk], pk

    def _place(self, pk: int) -> int:
        return bisect_left(self._pks, self._key(pk), key=self._key)


class Changes:
    """What entries say, gathered: sets grow quicker by lists than one by one."""

    def __init__(self) -> None:
        # By item; None where the public may no longer find it.
        self.titles: dict[int, Key | None] = {}
        self.years: dict[int, Key | None] = {}
        self.arrivals: dict[int, Key | None] = {}
        self.public: list[int] = []
        self.by_value = {name: defaultdict[str, list[int]](list) for name in NAMES}
        self.by_word = defaultdict[str, list[int]](list)

    def add(self, pk: int, facets: Mapping[str, list[str]], head: list[str]) -> None:
        self.public.append(pk)
        for name, values in facets.items():
            for value in values:
                self.by_value[name][value].append(pk)
        for word in set(split("\n".join(head))):
            self.by_word[word].append(pk)


class Holdings:
    """Everything that the public may find, by value, by word and in order."""

    def __init__(self, epoch: UUID) -> None:
        self.epoch = epoch
        self.number = 0
        self.everything = BitMap()
        self.by_value = {name: defaultdict[str, BitMap](BitMap) for name in NAMES}
        self.by_word = defaultdict[str, BitMap](BitMap)
        self.by_title, self.by_year, self.by_arrival = Order(), Order(), Order()

    def catch_up(self, number: int) -> None:
        """Take in the entries since the last time: all, or an error and none."""
        changes = Changes()
        entries = SearchEntry.objects.newer_than(self.number).values_list(*FIELDS)
        for pk, is_public, facets, year, added_at, *head in entries.iterator():
            changes.titles[pk] = fold(head[0]) if is_public else None
            changes.years[pk] = (year or NO_YEAR) if is_public else None
            changes.arrivals[pk] = added_at.timestamp() if is_public else None
            if is_public:
                changes.add(pk, facets, head)
        self._forget(BitMap(changes.titles))
        self._take_in(changes)
        self.by_title.change(changes.titles)
        self.by_year.change(changes.years)
        self.by_arrival.change(changes.arrivals)
        self.number = number

    def having_any(self, name: str, values: Iterable[str]) -> BitMap:
        sets = self.by_value[name]
        return BitMap.union(BitMap(), *(sets[v] for v in values if v in sets))

    def counts(self, name: str, wanted: BitMap) -> dict[str, int]:
        """How many of `wanted` have each value of a facet; values with none are out."""
        return _counted(self.by_value[name], wanted, least=1)

    def most(self, name: str, wanted: BitMap, limit: int) -> dict[str, int]:
        """The counts of the `limit` values that most of `wanted` have, and of others
        that as many have as the last of these."""
        sets = self.by_value[name]
        first = map(wanted.intersection_cardinality, islice(sets.values(), limit))
        return _counted(sets, wanted, least=max(1, min(first, default=1)))

    def _take_in(self, changes: Changes) -> None:
        self.everything.update(changes.public)
        for name, values in changes.by_value.items():
            for value, pks in values.items():
                self.by_value[name][value].update(pks)
            # Largest first: counting can end where the sets get too small to matter.
            ordered = sorted(self.by_value[name].items(), key=_size, reverse=True)
            self.by_value[name] = defaultdict(BitMap, ordered)
        for word, pks in changes.by_word.items():
            self.by_word[word].update(pks)

    def _forget(self, pks: BitMap) -> None:
        known = self.everything & pks
        if not known:
            return
        self.everything -= known
        for sets in (*self.by_value.values(), self.by_word):
            for value in [v for v, having in sets.items() if having.intersect(known)]:
                sets[value] -= known
                if not sets[value]:
                    del sets[value]


def _size(pair: tuple[str, BitMap]) -> int:
    return len(pair[1])


def _counted(sets: Sets, wanted: BitMap, *, least: int) -> dict[str, int]:
    """Of sets in the order of their size, those that share `least` with `wanted`."""
    havings = list(sets.values())
    large = havings[: bisect_right(havings, -least, key=lambda having: -len(having))]
    counts = zip(sets, map(wanted.intersection_cardinality, large), strict=False)
    return {value: count for value, count in counts if count >= least}


_lock = Lock()
_kept: list[Holdings] = []


@contextmanager
def current() -> Iterator[Holdings]:
    """The holdings as of now, for one thread at a time; work with them briefly."""
    with _lock:
        revision = SearchRevision.objects.first()
        if revision is None:
            yield Holdings(UUID(int=0))
            return
        holdings = _kept.pop() if _kept else Holdings(revision.epoch)
        is_other = holdings.epoch != revision.epoch or holdings.number > revision.number
        if is_other:
            holdings = Holdings(revision.epoch)
        if holdings.number < revision.number:
            # An error in here leaves nothing half done: it was taken out above.
            holdings.catch_up(revision.number)
        _kept.append(holdings)
        yield holdings


def read_ahead() -> None:
    """Take in, in a thread of its own, what the first answer would have to wait for. If
    the database is away, that answer does it."""
    with suppress(DatabaseError), current():
        pass
    connection.close()
    # All that is here stays: looking through it for garbage takes 0.1 s each time.
    gc.freeze()
