from __future__ import annotations

import pytest

from vmnetx.server import wanted


@pytest.mark.parametrize("word", wanted.WORDS)
def test_the_last_word_is_kept(tmp_path, word):
    wanted.write(tmp_path, "on")
    wanted.write(tmp_path, word)
    assert wanted.read(tmp_path) == word
    assert [path.name for path in tmp_path.iterdir()] == [wanted.FILENAME]


@pytest.mark.parametrize("content", [b"", b"onward", b"\xff", b"on\n" * 99])
def test_a_spoilt_file_is_no_wish(tmp_path, content):
    (tmp_path / wanted.FILENAME).write_bytes(content)
    assert wanted.read(tmp_path) is None


def test_no_file_is_no_wish_and_a_full_disk_no_failure(tmp_path):
    assert wanted.read(tmp_path) is None
    wanted.write(tmp_path / "absent", "on")
