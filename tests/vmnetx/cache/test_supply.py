"""Who reads at once, reads what one has fetched."""

from __future__ import annotations

import threading

import pytest

from tests.vmnetx.cache.conftest import SIZE, some_bytes
from vmnetx.cache.chunks import CHUNK, MemoryChunks
from vmnetx.cache.supply import LONGEST_RUN, Supply, runs, spans
from vmnetx.errors import Refused, Unreachable

DATA = some_bytes(2)


class Way:
    """A way to the server, which is slow until it is opened."""

    def __init__(self, *, error=None, is_open=True):
        self.asked = []
        self.arrived = threading.Semaphore(0)
        self._error = error
        self._gate = threading.Event()
        if is_open:
            self.open()

    def open(self):
        self._gate.set()

    def __call__(self, start, end):
        self.asked.append((start, end))
        self.arrived.release()
        assert self._gate.wait(60)
        if self._error:
            raise self._error
        return DATA[start:end]


@pytest.fixture
def supply():
    return Supply(MemoryChunks(SIZE))


@pytest.fixture
def reading():
    """Reads in a thread. Called again, it gives what came of it."""
    threads = []

    def start(supply, way, offset, length):
        outcome = []

        def work():
            try:
                outcome.append(supply.read(way, offset, length))
            except (Unreachable, Refused) as error:
                outcome.append(error)

        thread = threading.Thread(target=work)
        threads.append(thread)
        thread.start()

        def finish():
            thread.join(60)
            return outcome[0]

        return finish

    yield start
    for thread in threads:
        thread.join(60)


@pytest.mark.parametrize(
    ("offset", "length"),
    [(0, 1), (5, CHUNK), (CHUNK - 1, 2), (0, SIZE), (SIZE - 3, 99), (7, 3 * CHUNK)],
)
def test_any_part_is_read(supply, offset, length):
    way = Way()
    for _ in range(2):
        assert supply.read(way, offset, length) == DATA[offset : offset + length]
    assert len(way.asked) == 1


@pytest.mark.parametrize(("offset", "length"), [(SIZE, 1), (10**15, 5), (3, 0)])
def test_there_is_nothing_behind_the_end(supply, offset, length):
    way = Way()
    assert supply.read(way, offset, length) == b""
    assert way.asked == []


def test_only_what_is_missing_is_fetched(supply):
    way = Way()
    supply.read(way, 2 * CHUNK, 1)
    supply.read(way, 0, SIZE)
    assert way.asked == [
        (2 * CHUNK, 3 * CHUNK),
        (0, 2 * CHUNK),
        (3 * CHUNK, SIZE),
    ]


def test_many_readers_of_one_chunk_make_one_request(supply, reading):
    way = Way(is_open=False)
    readers = [reading(supply, way, 10 * n, 10) for n in range(20)]
    assert way.arrived.acquire(timeout=60)
    way.open()
    assert [read() for read in readers] == [
        DATA[10 * n : 10 * n + 10] for n in range(20)
    ]
    assert way.asked == [(0, CHUNK)]


def test_readers_that_overlap_do_not_wait_for_each_other_for_ever(supply, reading):
    slow, quick = Way(is_open=False), Way()
    first = reading(supply, slow, CHUNK, 2 * CHUNK)
    assert slow.arrived.acquire(timeout=60)
    second = reading(supply, quick, 0, SIZE)
    assert quick.arrived.acquire(timeout=60)
    slow.open()
    assert first() == DATA[CHUNK : 3 * CHUNK]
    assert second() == DATA


def test_a_token_that_has_ended_does_not_spoil_anothers_read(supply, reading):
    revoked = Way(error=Refused("403"), is_open=False)
    first = reading(supply, revoked, 0, 5)
    assert revoked.arrived.acquire(timeout=60)
    good = Way()
    second = reading(supply, good, 2, 5)
    revoked.open()
    assert isinstance(first(), Refused)
    assert second() == DATA[2:7]


def test_an_error_is_raised_and_leaves_nothing(supply):
    with pytest.raises(Unreachable):
        supply.read(Way(error=Unreachable("away")), 0, 5)
    assert supply.read(Way(), 0, 5) == DATA[:5]


def test_what_arrived_before_an_error_is_kept(supply):
    supply.read(Way(), CHUNK, CHUNK)

    def only_the_first(start, end):
        if start:
            raise Unreachable("away")
        return DATA[start:end]

    with pytest.raises(Unreachable):
        supply.read(only_the_first, 0, 3 * CHUNK)
    assert (
        supply.read(Way(error=Unreachable("away")), 0, 2 * CHUNK) == DATA[: 2 * CHUNK]
    )


def test_neighbours_go_together_but_not_too_many():
    many = list(range(LONGEST_RUN + 2))
    assert list(runs([5, 6, 2, 3, 1])) == [[5, 6], [2, 3], [1]]
    assert list(runs(many)) == [many[:LONGEST_RUN], many[LONGEST_RUN:]]
    assert list(runs([])) == []


def test_a_span_of_bytes_lies_in_chunks():
    assert list(spans(CHUNK - 1, CHUNK + 1)) == [(0, CHUNK - 1, CHUNK), (1, 0, 1)]
