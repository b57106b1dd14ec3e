from __future__ import annotations

import os
import stat

import pytest

from vmnetx.errors import Refused
from vmnetx.machine import folder


def test_the_longest_path_that_fits_is_accepted(tmp_path):
    rest = folder.MAX_SOCKET_PATH - len(f"/{folder.SPICE}")
    folder.check(tmp_path.__class__("/" + "d" * (rest - 1)))
    with pytest.raises(Refused, match="108 bytes; the system allows 107"):
        folder.check(tmp_path.__class__("/" + "d" * rest))


def test_both_folders_are_private(tmp_path):
    directory = tmp_path / "machine"
    folder.make(directory)
    for path in (directory, directory / folder.RUN):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_link_that_a_guest_left_is_not_followed(tmp_path):
    folder.make(tmp_path)
    secret = tmp_path / "secret"
    secret.touch()
    (tmp_path / folder.QMP).touch()
    (tmp_path / folder.OVERLAY).symlink_to(secret)
    folder.own(tmp_path, "nobody")
    assert secret.stat().st_uid == 0
    assert (tmp_path / folder.RUN).stat().st_uid != 0


def test_cleaning_keeps_the_log(tmp_path):
    folder.make(tmp_path)
    for name in (folder.QMP, folder.OVERLAY, folder.LOG, "machine.json"):
        (tmp_path / name).touch()
    folder.clean(tmp_path)
    folder.clean(tmp_path)
    files = [path.name for path in tmp_path.rglob("*") if path.is_file()]
    assert files == [folder.LOG]


def test_last_words_are_few(tmp_path):
    words = "\n".join(f"line {number}" for number in range(2000))
    (tmp_path / folder.LOG).write_text(words)
    said = folder.last_words(tmp_path, -11)
    assert said == "; ".join(["line 1996", "line 1997", "line 1998", "line 1999"]) + (
        "; killed by SIGSEGV"
    )


def test_a_missing_log_says_nothing(tmp_path):
    assert folder.last_words(tmp_path, 1) == "without a word"


def test_what_is_said_at_each_start_is_no_last_word(tmp_path):
    (tmp_path / folder.LOG).write_text(
        "2026-01-01T00:00:00Z qemu: info: QEMU waiting for connection on: unix:x\n"
        "no such device\n"
    )
    assert folder.last_words(tmp_path, 1) == "no such device"
