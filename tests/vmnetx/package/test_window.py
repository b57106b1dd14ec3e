from __future__ import annotations

import io

import pytest

from tests.vmnetx.package.samples import Bytes
from vmnetx.errors import BadPackage
from vmnetx.package.window import Window


@pytest.fixture
def window():
    return Window(Bytes(b"0123456789"), limit=6)


def test_a_window_reads_and_seeks_like_a_file(window):
    file = io.BytesIO(b"0123456789")
    for offset, whence in [(4, 0), (2, 1), (-3, 2), (-1, 1), (20, 0)]:
        assert window.seek(offset, whence) == file.seek(offset, whence)
        assert window.tell() == file.tell()
        assert window.read(3) == file.read(3)
    assert window.readable()
    assert window.seekable()


def test_the_rest_is_read_when_no_length_is_asked_for(window):
    window.seek(7)
    assert window.read() == b"789"


@pytest.mark.parametrize("size", [-1, 7, 2**64])
def test_more_than_the_limit_is_never_asked_of_the_source(size):
    source = Bytes(b"0123456789")
    with pytest.raises(BadPackage, match="the limit is 6"):
        Window(source, limit=6).read(size)
    assert source.reads == []


def test_before_the_start_is_what_a_file_answers(window):
    with pytest.raises(OSError, match="before the start"):
        window.seek(-11, io.SEEK_END)
