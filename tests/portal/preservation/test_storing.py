from __future__ import annotations

import fcntl
import hashlib
import io

import pytest

from olive_portal.preservation import storing
from olive_portal.preservation.errors import DamagedStore


def names(root):
    return sorted(
        p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()
    )


def test_bytes_are_counted_and_digested_on_the_way(tmp_path):
    with storing.received(io.BytesIO(b"abc"), tmp_path) as incoming:
        assert incoming.path.read_bytes() == b"abc"
        assert incoming.size == 3
        assert incoming.sha256 == hashlib.sha256(b"abc").hexdigest()
    assert names(tmp_path) == []


def test_kept_bytes_stay(tmp_path):
    with storing.received(io.BytesIO(b"abc"), tmp_path) as incoming:
        assert storing.keep(incoming, tmp_path / "a/b/c") is True
        assert storing.keep(incoming, tmp_path / "a/b/c") is False
    assert (tmp_path / "a/b/c").read_bytes() == b"abc"
    assert names(tmp_path) == ["a/b/c"]


def test_other_bytes_are_never_overwritten(tmp_path):
    (tmp_path / "c").write_bytes(b"rot")
    with (
        storing.received(io.BytesIO(b"abc"), tmp_path) as incoming,
        pytest.raises(DamagedStore),
    ):
        storing.keep(incoming, tmp_path / "c")
    assert (tmp_path / "c").read_bytes() == b"rot"


def test_what_a_killed_writer_left_is_removed(tmp_path):
    (tmp_path / ".incoming").mkdir()
    (tmp_path / ".incoming/left").write_bytes(b"half")
    with storing.received(io.BytesIO(b""), tmp_path):
        assert len(names(tmp_path)) == 1
    assert names(tmp_path) == []


def test_what_somebody_is_writing_is_not_touched(tmp_path):
    (tmp_path / ".incoming").mkdir()
    with (tmp_path / ".incoming/busy").open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with storing.received(io.BytesIO(b""), tmp_path):
            pass
    assert names(tmp_path) == [".incoming/busy"]


def test_a_reader_that_breaks_off_leaves_nothing(tmp_path):
    class Torn(io.BytesIO):
        def read(self, *_):
            raise OSError

    with pytest.raises(OSError), storing.received(Torn(), tmp_path):  # noqa: PT011
        pass
    assert names(tmp_path) == []
