from __future__ import annotations

import os

import pytest

from vmnetx.errors import SourceChanged, Unreachable
from vmnetx.package.source import LocalFile


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a package.nxpk"
    path.write_bytes(b"0123456789")
    os.utime(path, (1_000_000_000, 1_000_000_000))
    return path


@pytest.fixture
def source(file):
    source = LocalFile(file)
    yield source
    source.close()


@pytest.mark.parametrize(
    ("offset", "length", "data"),
    [
        (0, 4, b"0123"),
        (8, 4, b"89"),
        (10, 4, b""),
        (2**63, 4, b""),
        (2**64, 4, b""),
        (3, 0, b""),
    ],
)
def test_reads_are_short_only_where_the_file_ends(source, offset, length, data):
    assert source.read(offset, length) == data


def test_a_file_has_a_size_a_date_and_an_address_but_no_entity_tag(source, file):
    assert (source.size, source.etag) == (10, None)
    assert source.last_modified == "Sun, 09 Sep 2001 01:46:40 GMT"
    assert source.url == file.as_uri()


def test_a_file_that_changes_is_noticed(source, file):
    with file.open("ab") as writer:
        writer.write(b"x")
    with pytest.raises(SourceChanged, match="changed while it was open"):
        source.read(0, 1)


def test_a_file_that_is_replaced_stays_what_it_was(source, file, tmp_path):
    other = tmp_path / "other"
    other.write_bytes(b"abc")
    other.replace(file)
    assert source.read(0, 10) == b"0123456789"


def test_what_is_no_file_is_unreachable(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "missing"):
        with pytest.raises(Unreachable, match=path.name):
            LocalFile(path)


def test_a_closed_file_is_unreachable_and_closing_again_is_harmless(source):
    source.close()
    source.close()
    with pytest.raises(Unreachable):
        source.read(0, 1)
