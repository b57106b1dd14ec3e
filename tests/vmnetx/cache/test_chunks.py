"""A chunk is right or it is missing, whatever happened to the disk."""

from __future__ import annotations

import fcntl
import hashlib
import os
import resource
import stat

import pytest

from tests.vmnetx.cache.conftest import SIZE, some_bytes
from vmnetx.cache import chunks
from vmnetx.cache.chunks import CHUNK, DiskChunks, MemoryChunks

DATA = some_bytes(1)
LAST = chunks.count(SIZE) - 1
PARTS = [DATA[at : at + CHUNK] for at in range(0, SIZE, CHUNK)]


@pytest.fixture
def folder(tmp_path):
    return tmp_path


@pytest.fixture
def open_chunks(folder):
    opened = []

    def open_():
        opened.append(DiskChunks(folder, SIZE))
        return opened[-1]

    yield open_
    for each in opened:
        each.close()


@pytest.fixture
def disk(open_chunks):
    return open_chunks()


def fill(disk):
    for number, part in enumerate(PARTS):
        disk.write(number, part)


@pytest.fixture(params=["disk", "memory"])
def either(request):
    if request.param == "memory":
        return MemoryChunks(SIZE)
    return request.getfixturevalue("disk")


def test_a_chunk_that_was_never_written_is_missing(either):
    assert not either.has(0)
    assert either.read(0, 0, CHUNK) is None


def test_a_chunk_is_what_was_written(either):
    fill(either)
    for number, part in enumerate(PARTS):
        assert either.has(number)
        assert either.read(number, 0, len(part)) == part
    assert either.read(2, 10, 20) == PARTS[2][10:20]


def test_memory_keeps_the_chunks_that_were_used_last():
    memory = MemoryChunks(10**9)
    for number in range(memory.MOST):
        memory.write(number, b"x")
    memory.read(0, 0, 1)
    memory.write(memory.MOST, b"x")
    assert memory.has(0)
    assert not memory.has(1)


def test_another_opening_finds_the_chunks(disk, open_chunks):
    fill(disk)
    other = open_chunks()
    assert other.read(LAST, 0, 777) == PARTS[LAST]
    disk.close()
    assert open_chunks().read(1, 0, CHUNK) == PARTS[1]


def test_a_chunk_that_another_wrote_is_seen_at_once(disk, open_chunks):
    other = open_chunks()
    assert other.read(1, 0, CHUNK) is None
    disk.write(1, PARTS[1])
    assert other.has(1)
    assert other.read(1, 0, CHUNK) == PARTS[1]


@pytest.mark.parametrize("where", [0, 1, CHUNK - 1])
def test_a_torn_chunk_is_missing(disk, open_chunks, folder, where):
    fill(disk)
    disk.close()
    with (folder / "bytes").open("r+b") as file:
        file.seek(CHUNK + where)
        file.write(bytes([PARTS[1][where] ^ 1]))
    again = open_chunks()
    assert again.read(1, 0, CHUNK) is None
    assert again.read(2, 0, CHUNK) == PARTS[2]


def test_a_chunk_in_anothers_place_is_missing(disk, open_chunks, folder):
    fill(disk)
    disk.close()
    digests = (folder / "digests").read_bytes()
    (folder / "digests").write_bytes(digests[:16] * 2 + digests[32:])
    (folder / "bytes").write_bytes(PARTS[0] * 2 + DATA[2 * CHUNK :])
    again = open_chunks()
    assert again.read(0, 0, CHUNK) == PARTS[0]
    assert again.read(1, 0, CHUNK) is None


@pytest.mark.parametrize("name", ["bytes", "digests"])
@pytest.mark.parametrize("left", [0, 5, 40])
def test_a_file_that_was_cut_lacks_chunks_and_is_filled_again(
    disk, open_chunks, folder, name, left
):
    fill(disk)
    disk.close()
    os.truncate(folder / name, left)
    again = open_chunks()
    assert again.read(LAST, 0, 777) is None
    fill(again)
    assert again.read(LAST, 0, 777) == PARTS[LAST]


def test_a_file_that_is_cut_while_it_is_open_gives_no_wrong_byte(disk, folder):
    fill(disk)
    os.truncate(folder / "bytes", 3 * CHUNK + 5)
    assert disk.read(3, 0, CHUNK) is None
    assert disk.read(0, 0, CHUNK) == PARTS[0]


def test_what_is_whole_is_believed(disk, open_chunks, folder):
    fill(disk)
    disk.mark_whole()
    assert disk.is_whole
    disk.close()
    (folder / "digests").unlink()
    again = open_chunks()
    assert again.is_whole
    assert again.read(0, 5, 9) == PARTS[0][5:9]


def test_what_was_changed_after_it_was_whole_is_not_believed(disk, open_chunks, folder):
    fill(disk)
    disk.mark_whole()
    disk.close()
    with (folder / "bytes").open("r+b") as file:
        file.write(b"other")
    again = open_chunks()
    assert not again.is_whole
    assert again.read(0, 0, CHUNK) is None
    assert again.read(1, 0, CHUNK) == PARTS[1]


@pytest.mark.parametrize("text", ["", "[]", "{}", "[" * 99999, '{"size": 1}', "\xff"])
def test_a_spoilt_mark_is_no_mark(disk, open_chunks, folder, text):
    fill(disk)
    disk.close()
    (folder / "whole").write_text(text)
    assert not open_chunks().is_whole


def test_the_digest_of_all_is_the_files(disk):
    fill(disk)
    assert disk.sha256() == hashlib.sha256(DATA).hexdigest()


def test_nobody_else_may_read_the_files(disk, folder):
    fill(disk)
    disk.mark_whole()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert set(modes) == {"bytes", "digests", "whole"}
    assert {mode & 0o077 for mode in modes.values()} == {0}


def test_a_full_disk_loses_nothing_but_the_copy(folder):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    disk = DiskChunks(folder, SIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (CHUNK + 100, hard))
        fill(disk)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert disk.read(0, 0, CHUNK) == PARTS[0]
    assert disk.read(1, 0, CHUNK) is None
    disk.close()


def test_a_held_package_is_locked_until_the_last_descriptor_is_closed(disk, folder):
    held = disk.hold()
    copy = os.dup(held)
    os.close(held)
    disk.close()
    with (folder / "bytes").open("rb") as file:
        with pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.write(copy, b"x")
        os.close(copy)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_after_the_end_everything_is_missing(disk):
    fill(disk)
    disk.close()
    disk.close()
    assert disk.read(0, 0, CHUNK) is None
    disk.write(0, PARTS[0])
    assert not disk.is_the_folders()


def test_a_folder_that_was_made_anew_is_another(disk, folder):
    assert disk.is_the_folders()
    (folder / "bytes").unlink()
    assert not disk.is_the_folders()
    (folder / "bytes").write_bytes(b"")
    assert not disk.is_the_folders()


def test_a_link_is_not_followed(folder):
    (folder / "elsewhere").write_bytes(b"mine")
    (folder / "bytes").symlink_to(folder / "elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        DiskChunks(folder, SIZE)
    assert (folder / "elsewhere").read_bytes() == b"mine"
