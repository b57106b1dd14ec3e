"""Real web servers, real files, two processes: never a wrong byte."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from tests.vmnetx.cache.conftest import (
    MIB,
    SIZE,
    eventually,
    origin_running,
    some_bytes,
)
from tests.vmnetx.package import web
from vmnetx.cache import cache as cache_module
from vmnetx.cache.cache import Cache
from vmnetx.cache.chunks import CHUNK, count
from vmnetx.errors import Refused, SourceChanged, Unreachable, VmnetxError

ROOT = Path(__file__).parents[3]
# An hour's worth: VMNETX_FUZZ=5000
EXAMPLES = int(os.environ.get("VMNETX_FUZZ", "30"))
READER = """
import hashlib, sys
from pathlib import Path
from vmnetx.cache.cache import Cache
source = Cache(Path(sys.argv[1]), 2**26).open(sys.argv[2])
print("open", flush=True)
input()
found = hashlib.sha256()
for start in range(0, source.size, 7777):
    found.update(source.read(start, 7777))
print(found.hexdigest(), flush=True)
input()
"""


def tag(data):
    return f'"sha256:{hashlib.sha256(data).hexdigest()}"'


def read(cache, url):
    source = cache.open(url)
    try:
        return source.read(0, source.size)
    finally:
        source.close()


def test_a_source_says_what_the_server_says(cache, origin):
    source = cache.open(origin.url())
    assert (source.size, source.etag, source.url) == (SIZE, '"v0"', origin.url())
    assert source.last_modified is None
    source.close()
    source.close()


def test_the_second_opening_asks_for_no_byte(make_cache, origin):
    first = read(make_cache(), origin.url())
    fetched = origin.fetched
    second = read(make_cache(), origin.url())
    assert first == second == origin.data
    assert fetched == origin.fetched == SIZE
    assert [method for method, _ in origin.requests].count("HEAD") == 2


def test_another_sessions_url_is_the_same_package_by_its_digest(cache, origin):
    origin.put(origin.data, tag(origin.data))
    read(cache, origin.url("one"))
    read(cache, origin.url("two"))
    assert origin.fetched == SIZE


def test_without_a_digest_another_path_is_another_package(cache, origin):
    read(cache, origin.url("one"))
    read(cache, origin.url("two"))
    assert origin.fetched == 2 * SIZE


def test_without_a_strong_tag_nothing_is_kept(cache, origin, root):
    origin.put(origin.data, None)
    assert read(cache, origin.url()) == origin.data
    assert not list(root.glob("packages/*"))


def test_what_does_not_fit_is_read_all_the_same(make_cache, origin, root):
    assert read(make_cache(limit=100), origin.url()) == origin.data
    assert not list(root.glob("packages/*"))


def test_a_folder_that_cannot_be_used_keeps_nobody_from_reading(tmp_path, origin):
    (tmp_path / "file").write_text("in the way")
    assert read(Cache(tmp_path / "file", MIB), origin.url()) == origin.data


def test_two_sources_of_one_package_share_it(cache, origin):
    origin.put(origin.data, tag(origin.data))
    one, two = cache.open(origin.url("one")), cache.open(origin.url("two"))
    assert one.read(0, 5) == two.read(0, 5)
    one.close()
    assert two.read(1, 5) == origin.data[1:6]
    assert origin.ranges == [(0, CHUNK - 1)]
    two.close()


def test_what_is_known_is_not_asked_again(cache, origin):
    known = cache.open(origin.url())
    asked = len(origin.requests)
    again = cache.open(origin.url(), known=known.identity)
    assert len(origin.requests) == asked
    assert again.read(0, 9) == origin.data[:9]
    known.close()
    again.close()


def test_a_package_that_changes_while_it_is_open_is_noticed(cache, origin):
    source = cache.open(origin.url())
    before = source.read(0, 5)
    origin.put(some_bytes(9), '"v1"')
    with pytest.raises(SourceChanged):
        source.read(3 * CHUNK, 5)
    assert source.read(0, 5) == before
    source.close()
    assert read(cache, origin.url()) == origin.data


def test_a_server_that_says_no_is_heard_and_leaves_nothing_open(cache, origin, root):
    origin.fail(403)
    with pytest.raises(Refused):
        cache.open(origin.url())
    assert not list(root.glob("packages/*"))


class TestSmallPackages:
    @pytest.fixture(autouse=True)
    def small(self, monkeypatch):
        monkeypatch.setattr(cache_module, "SMALL_BYTES", 2 * SIZE)

    def test_they_come_with_one_request_and_are_a_file_at_once(self, cache, origin):
        origin.put(origin.data, tag(origin.data))
        source = cache.open(origin.url())
        assert source.whole_file().read_bytes() == origin.data
        assert origin.ranges == [(0, SIZE - 1)]
        source.close()

    def test_the_next_process_finds_them_marked(self, cache, make_cache, origin):
        source = cache.open(origin.url())
        eventually(lambda: source._supply.chunks.is_marked)
        source.close()
        again = make_cache().open(origin.url())
        assert again.whole_file()
        again.close()
        assert origin.fetched == SIZE

    def test_wrong_bytes_are_no_file(self, cache, origin):
        origin.put(origin.data, tag(b"others"))
        source = cache.open(origin.url())
        assert source.whole_file() is None
        assert source.read(0, 9) == origin.data[:9]
        source.close()

    def test_what_cannot_be_had_now_is_told_to_who_reads(self, cache, origin):
        sound = origin._server.reply
        origin._server.reply = lambda method, headers: (
            sound(method, headers)
            if method == "HEAD"
            else web.answer(503, "Content-Length: 0")
        )
        source = cache.open(origin.url())
        assert source.whole_file() is None
        with pytest.raises(Unreachable):
            source.read(0, 9)
        source.close()


def test_one_origin_cannot_poison_another(cache, origin):
    """It names the other's digest, and sends what it likes."""
    good = origin.data
    with origin_running() as evil:
        evil.put(some_bytes(666), tag(good))
        assert read(cache, evil.url()) == evil.data
        origin.put(good, tag(good))
        assert read(cache, origin.url()) == good


def test_no_token_is_in_any_file_or_name(cache, origin, root):
    for etag in (tag(origin.data), '"v0"'):
        origin.put(origin.data, etag)
        read(cache, origin.url("s3cr3t"))
    for path in root.rglob("*"):
        assert "s3cr3t" not in str(path)
        assert path.is_dir() or b"s3cr3t" not in path.read_bytes()


@pytest.fixture
def start_reader(root, origin):
    with ExitStack() as started:

        def start():
            command = [sys.executable, "-c", READER, str(root), origin.url()]
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
            reader = subprocess.Popen(command, cwd=ROOT, text=True, **pipes)
            started.callback(reader.communicate)
            started.callback(reader.kill)
            return reader

        yield start


def go_on(reader):
    reader.stdin.write("\n")
    reader.stdin.flush()


def test_two_processes_at_once_read_the_right_bytes(start_reader, origin):
    readers = [start_reader(), start_reader()]
    for reader in readers:
        assert reader.stdout.readline() == "open\n"
    for reader in readers:
        go_on(reader)
    wanted = hashlib.sha256(origin.data).hexdigest()
    assert [reader.stdout.readline().strip() for reader in readers] == [wanted] * 2
    assert origin.fetched <= 2 * SIZE


def test_a_killed_process_leaves_what_it_fetched(start_reader, make_cache, origin):
    reader = start_reader()
    reader.stdout.readline()
    go_on(reader)
    reader.stdout.readline()
    reader.send_signal(signal.SIGKILL)
    reader.wait()
    fetched = origin.fetched
    assert read(make_cache(), origin.url()) == origin.data
    assert origin.fetched == fetched


def test_processes_that_are_killed_as_they_write_leave_no_wrong_byte(
    start_reader, make_cache, origin
):
    chance = random.Random(7)
    for _ in range(4):
        reader = start_reader()
        reader.stdout.readline()
        go_on(reader)
        time.sleep(chance.random() / 50)
        reader.kill()
        reader.wait()
    assert read(make_cache(), origin.url()) == origin.data


WHICH = st.sampled_from([0, 1])


class EveryByteIsRight(RuleBasedStateMachine):
    """Two processes' caches on one folder, and all that may happen to them."""

    def __init__(self):
        super().__init__()
        self.others = set(threading.enumerate())
        self.running = ExitStack()
        self.origin = self.running.enter_context(origin_running())
        self.root = Path(self.running.enter_context(TemporaryDirectory()))
        self.version = 0
        self.sources = [None, None]
        self.expected = [None, None]

    @initialize(has_digest=st.booleans())
    def begin(self, has_digest):
        self.has_digest = has_digest
        self.serve()

    def serve(self):
        data = some_bytes(self.version)
        self.origin.put(data, tag(data) if self.has_digest else f'"v{self.version}"')

    def teardown(self):
        for which in (0, 1):
            self.close(which)
        self.fillers_end()
        self.running.close()

    def close(self, which):
        if self.sources[which] is not None:
            self.sources[which].close()
            self.sources[which] = None

    @rule(which=WHICH, room=st.sampled_from([MIB, MIB, SIZE, 0]))
    def open(self, which, room=MIB):
        self.close(which)
        self.serve()
        self.sources[which] = Cache(self.root, room).open(self.origin.url())
        self.expected[which] = self.origin.data

    @rule(which=WHICH, offset=st.integers(0, SIZE), length=st.integers(0, SIZE))
    def read(self, which, offset, length):
        source = self.sources[which]
        with suppress(VmnetxError):
            if source is not None:
                found = source.read(offset, length)
                assert found == self.expected[which][offset : offset + length]

    @rule(which=WHICH)
    def complete(self, which):
        self.read(which, 0, SIZE)
        chunks = self.sources[which] and self.sources[which]._supply.chunks
        if hasattr(chunks, "mark_whole"):
            numbers = range(count(SIZE))
            if all(chunks.read(number, 0, 1) is not None for number in numbers):
                chunks.mark_whole()

    @rule()
    def server_goes_away_until_somebody_opens(self):
        self.origin.fail(503)

    @rule()
    def change_the_package(self):
        self.version += 1
        self.serve()

    def fillers_end(self):
        """As in a power cut. One that lived on would mark the torn file as whole."""
        for thread in set(threading.enumerate()) - self.others:
            if thread.name == "filler":
                thread.join()

    @rule(
        seed=st.integers(0, 2**32), name=st.sampled_from(["bytes", "bytes", "digests"])
    )
    def lose_power(self, seed, name):
        """What was not on the disk yet is lost, or zeros, or torn. Both start again."""
        before = [which for which in (0, 1) if self.sources[which] is not None]
        for which in before:
            self.close(which)
        self.fillers_end()
        chance = random.Random(seed)
        for path in self.root.glob(f"packages/*/{name}"):
            match chance.randrange(4):
                case 0:
                    os.truncate(path, chance.randint(0, path.stat().st_size))
                case 1:
                    path.unlink()
                case _:
                    tear(path, chance)
            if chance.random() < 0.5:
                path.with_name("whole").unlink(missing_ok=True)
        for which in before:
            self.open(which)
            self.read(which, 0, SIZE)

    @invariant()
    def the_folder_stays_within_its_size(self):
        used = sum(
            path.stat().st_blocks * 512 for path in self.root.glob("packages/*/bytes")
        )
        assert used <= 2 * MIB


def tear(path, chance):
    """Half of the pages are zeros, or what nobody wrote there."""
    with path.open("r+b") as file:
        for start in range(0, path.stat().st_size, 4096):
            if chance.random() < 0.5:
                file.seek(start)
                file.write(chance.choice([bytes(100), chance.randbytes(100)]))


TestEveryByteIsRight = EveryByteIsRight.TestCase
TestEveryByteIsRight.settings = settings(
    max_examples=EXAMPLES, stateful_step_count=25, deadline=None
)
