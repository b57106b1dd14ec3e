"""The folder stays within its size, and nothing goes that somebody uses."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading

import pytest

from tests.vmnetx.cache.conftest import some_bytes
from vmnetx.cache import chunks
from vmnetx.cache.chunks import CHUNK
from vmnetx.cache.naming import Name
from vmnetx.cache.store import NoRoom, Store

SIZE = 4 * CHUNK


@pytest.fixture
def make_store(root):
    def make(packages=2):
        return Store(root, packages * SIZE)

    return make


@pytest.fixture
def store(make_store):
    return make_store()


def name(letter, size=SIZE):
    return Name(letter * 64, size, None, "https://a.example/…/x.nxpk")


def put(store, letter, number=0):
    """Open a package, fill it, and close it; opened `number` s after the others."""
    opened = store.open(name(letter))
    for chunk in range(4):
        opened.write(chunk, some_bytes(letter, CHUNK))
    opened.close()
    about = opened.folder / "about"
    os.utime(about, (1000 + number, 1000 + number))


def letters(store):
    return {kept.key[0] for kept in store.kept()}


def test_an_unused_cache_is_empty(store):
    assert store.kept() == []
    assert store.clear() == 0


def test_what_was_opened_longest_ago_goes(store):
    put(store, "a", 2)
    put(store, "b", 1)
    put(store, "c", 3)
    assert letters(store) == {"a", "c"}


def test_opening_again_makes_it_the_newest(store):
    put(store, "a", 1)
    put(store, "b", 2)
    store.open(name("a")).close()
    put(store, "c", 3)
    assert letters(store) == {"a", "c"}


def test_what_is_in_use_stays(store):
    put(store, "b", 2)
    used = store.open(name("a"))
    os.utime(used.folder / "about", (1, 1))
    put(store, "c", 3)
    assert letters(store) == {"a", "c"}
    used.write(0, some_bytes("a", CHUNK))
    assert used.read(0, 0, CHUNK) == some_bytes("a", CHUNK)
    used.close()


def test_what_another_process_uses_stays_until_that_is_killed(store):
    put(store, "a", 1)
    held = chunks.DiskChunks(store.root / "packages" / ("a" * 64), SIZE)
    descriptor = held.hold()
    held.close()
    user = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=[descriptor]
    )
    os.close(descriptor)
    put(store, "b", 2)
    put(store, "c", 3)
    assert letters(store) == {"a", "c"}
    assert store.clear() == SIZE
    assert letters(store) == {"a"}
    user.kill()
    user.communicate()
    store.clear()
    assert letters(store) == set()


def test_packages_in_use_count_in_full_before_they_are_filled(store):
    first, second = store.open(name("a")), store.open(name("b"))
    with pytest.raises(NoRoom):
        store.open(name("c"))
    first.close()
    third = store.open(name("c"))
    assert letters(store) >= {"b", "c"}
    second.close()
    third.close()


def test_what_is_larger_than_the_cache_is_not_kept_and_removes_nothing(store):
    put(store, "a")
    with pytest.raises(NoRoom):
        store.open(name("b", 3 * SIZE))
    assert letters(store) == {"a"}


def test_a_cache_of_no_size_keeps_nothing(make_store):
    with pytest.raises(NoRoom):
        make_store(0).open(name("a"))


def test_the_same_package_is_opened_twice_without_room_for_another(make_store):
    store = make_store(1)
    first, second = store.open(name("a")), store.open(name("a"))
    first.write(1, some_bytes(1, CHUNK))
    assert second.read(1, 0, CHUNK) == some_bytes(1, CHUNK)
    first.close()
    second.close()


def test_it_says_what_is_kept(store):
    put(store, "a", 1)
    used = store.open(name("b"))
    used.mark_whole()
    newest, oldest = store.kept()
    assert (newest.key[0], newest.is_in_use, newest.is_whole) == ("b", True, True)
    assert (oldest.key[0], oldest.is_in_use, oldest.is_whole) == ("a", False, False)
    assert (oldest.size, oldest.allocated) == (SIZE, SIZE)
    assert newest.allocated == 0
    assert oldest.opened_at == 1001
    assert oldest.label == "https://a.example/…/x.nxpk"
    used.close()


def test_a_discarded_package_is_removed_although_it_is_in_use(store):
    opened = store.open(name("a"))
    store.discard(opened)
    assert letters(store) == set()
    again = store.open(name("a"))
    store.discard(opened)
    assert letters(store) == {"a"}
    opened.close()
    again.close()


@pytest.mark.parametrize("gone", ["about", "bytes", "digests"])
def test_a_folder_that_a_kill_left_half_made_is_used_or_removed(store, gone):
    put(store, "a", 1)
    (store.root / "packages" / ("a" * 64) / gone).unlink()
    assert letters(store) == {"a"}
    opened = store.open(name("a"))
    assert opened.read(0, 0, CHUNK) in (None, some_bytes("a", CHUNK))
    opened.close()
    store.clear()
    assert letters(store) == set()


def test_nobody_else_may_look_into_the_folders(store):
    put(store, "a")
    for path in (store.root, store.root / "packages", *store.root.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode & 0o077 == 0, path


def test_many_at_once_stay_within_the_size(store):
    errors = []

    def work(letter):
        try:
            for turn in range(5):
                put(store, letter, turn)
        except NoRoom:
            pass  # the others use all of it just now
        except OSError as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(letter,)) for letter in "abcdef"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    put(store, "g", 99)
    assert sum(kept.allocated for kept in store.kept()) <= 2 * SIZE
