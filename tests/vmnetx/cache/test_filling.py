"""What is fetched behind the guest's back: first the last boot's, then the rest."""

from __future__ import annotations

import fcntl
import hashlib
import threading

import pytest

from tests.vmnetx.cache.conftest import SIZE, eventually, some_bytes
from vmnetx.cache import filling, traces
from vmnetx.cache.chunks import CHUNK, DiskChunks, count
from vmnetx.cache.filling import Filler
from vmnetx.cache.supply import Supply
from vmnetx.errors import Refused, Unreachable

DATA = some_bytes(3)
LAST = count(SIZE) - 1


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(filling, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(filling, "BYTES_PER_SECOND", 10**12)
    monkeypatch.setattr(filling, "RETRY_SECONDS", 0.01)


@pytest.fixture
def disk(tmp_path):
    disk = DiskChunks(tmp_path, SIZE)
    yield disk
    disk.close()


@pytest.fixture
def supply(disk):
    return Supply(disk)


@pytest.fixture
def checked(disk):
    """Set when the filler found all of it; it is whole then."""
    return threading.Event()


@pytest.fixture
def fill(supply, disk, checked):
    fillers = []

    def check():
        disk.mark_whole()
        checked.set()

    def fill(order=()):
        fillers.append(Filler(supply, disk, order, check))
        fillers[-1].start()
        return fillers[-1]

    yield fill
    for filler in fillers:
        filler.close()
        filler._thread.join(60)


class Way:
    def __init__(self, *errors):
        self.errors = list(errors)
        self.asked = []

    def __call__(self, start, end):
        self.asked.append((start, end))
        if self.errors:
            raise self.errors.pop(0)
        return DATA[start:end]


def test_the_last_boots_chunks_come_first_and_in_order(fill):
    way = Way()
    fill([3, 1, 2, 0]).use(way)
    eventually(lambda: len(way.asked) == 3)
    assert way.asked == [
        (3 * CHUNK, 4 * CHUNK),
        (CHUNK, 3 * CHUNK),
        (0, CHUNK),
    ]


def test_all_of_it_comes_when_the_guest_is_quiet(quick, fill, checked, disk):
    way = Way()
    fill([LAST]).use(way)
    assert checked.wait(60)
    assert disk.sha256() == hashlib.sha256(DATA).hexdigest()
    assert sum(end - start for start, end in way.asked) == SIZE


def test_nothing_more_comes_while_the_guest_waits_for_its_own(
    fill, supply, monkeypatch
):
    monkeypatch.setattr(filling, "QUIET_SECONDS", 60.0)
    way = Way()
    fill([0]).use(way)
    supply.read(Way(), 2 * CHUNK, 1)
    eventually(lambda: way.asked == [(0, CHUNK)])
    assert not supply.chunks.has(1)


def test_a_chunk_that_a_power_cut_tore_is_fetched_again(quick, fill, checked, disk):
    for number in range(count(SIZE)):
        disk.write(number, DATA[number * CHUNK : (number + 1) * CHUNK])
    disk._checked.clear()
    with disk.file.open("r+b") as file:
        file.seek(2 * CHUNK + 7)
        file.write(b"torn")
    way = Way()
    fill().use(way)
    assert checked.wait(60)
    assert way.asked == [(2 * CHUNK, 3 * CHUNK)]
    assert disk.sha256() == hashlib.sha256(DATA).hexdigest()


def test_a_server_that_is_away_is_asked_again_later(quick, fill, checked):
    way = Way(Unreachable("away"), Unreachable("away"))
    fill([0]).use(way)
    assert checked.wait(60)


def test_a_token_that_is_over_is_used_no_more(quick, fill, checked):
    good, over = Way(), Way(Refused("403"), Refused("403"))
    filler = fill()
    filler.use(good)
    filler.use(over)
    assert checked.wait(60)
    assert len(over.asked) <= 1


def test_without_anybody_it_waits(quick, fill, checked):
    filler, way = fill(), Way()
    filler.use(way)
    filler.drop(way)
    filler.drop(way)
    filler.use(way)
    assert checked.wait(60)


def test_one_process_fills_and_the_others_see_it(quick, fill, checked, disk, tmp_path):
    with (tmp_path / filling.LOCK).open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        way = Way()
        filler = fill()
        filler.use(way)
        elder = DiskChunks(tmp_path, SIZE)
        for number in range(count(SIZE)):
            elder.write(number, DATA[number * CHUNK : (number + 1) * CHUNK])
        elder.mark_whole()
        eventually(lambda: disk.is_whole)
        filler._thread.join(60)
        elder.close()
    assert way.asked == []
    assert not checked.is_set()


def test_an_end_is_not_waited_for(fill):
    filler = fill([0])
    filler.close()
    filler._thread.join(60)
    assert not filler._thread.is_alive()


class TestThroughTheCache:
    @pytest.fixture
    def whole(self, quick, make_cache, root):
        def whole(url):
            source = make_cache().open(url)
            path = eventually(source.whole_file)
            source.close()
            return path

        return whole

    def test_what_is_open_is_completed(self, whole, origin):
        assert whole(origin.url()).read_bytes() == origin.data
        assert origin.fetched == SIZE

    def test_what_is_whole_is_asked_for_nothing(self, whole, make_cache, origin):
        whole(origin.url())
        asked = len(origin.ranges)
        source = make_cache().open(origin.url())
        assert source.whole_file()
        assert source.read(0, SIZE) == origin.data
        source.close()
        assert len(origin.ranges) == asked

    def test_bytes_that_have_not_their_digest_are_thrown_away(
        self, quick, make_cache, origin, root, caplog
    ):
        tag = f'"sha256:{hashlib.sha256(b"others").hexdigest()}"'
        origin.put(origin.data, tag)
        source = make_cache().open(origin.url())
        eventually(lambda: "event=wrong-bytes" in caplog.text)
        eventually(lambda: not list(root.glob("packages/*")))
        assert source.whole_file() is None
        assert source.hold() is None
        assert source.read(0, 9) == origin.data[:9]
        source.close()
        assert "SECRET" not in caplog.text
        assert "not-filled" not in caplog.text

    def test_a_boot_is_fetched_ahead_at_the_next(self, make_cache, origin, root):
        cache = make_cache()
        source = cache.open(origin.url())
        source.read(4 * CHUNK, 5)
        source.read_for_guest(2 * CHUNK, 5)
        source.close()
        assert len(list((root / traces.FOLDER).iterdir())) == 1
        for kept in root.glob("packages/*/digests"):
            kept.unlink()
        before = len(origin.ranges)
        again = cache.open(origin.url())
        eventually(lambda: len(origin.ranges) == before + 2)
        again.close()
        assert [first for first, _ in origin.ranges[before:]] == [4 * CHUNK, 2 * CHUNK]

    def test_who_only_looks_leaves_no_trace(self, cache, origin, root):
        source = cache.open(origin.url())
        source.read(0, 5)
        source.close()
        assert not (root / traces.FOLDER).exists()

    def test_what_is_whole_keeps_the_trace_of_the_boot_that_was_seen(
        self, whole, make_cache, origin, root
    ):
        path = whole(origin.url()).parent
        traces.write(root, path.name, [1, 2])
        source = make_cache().open(origin.url())
        source.read_for_guest(4 * CHUNK, 5)
        source.close()
        assert traces.read(root, path.name, 9) == [1, 2]
