from __future__ import annotations

import shutil
import subprocess

import pytest

from vmnetx.generate import cpio

ENTRIES = [
    cpio.file("usr/games/play", b"#!/bin/sh\n", permissions=0o755),
    cpio.file("etc/odd", b"abc"),
    cpio.link("bin", "usr/bin"),
    cpio.directory("dev"),
]


def unpack(archive, folder):
    if shutil.which("busybox") is None:
        pytest.skip("busybox is not installed")
    subprocess.run(["busybox", "cpio", "-idm"], cwd=folder, input=archive, check=True)


def test_busybox_unpacks_what_was_packed(tmp_path):
    unpack(cpio.pack(ENTRIES), tmp_path)
    assert (tmp_path / "usr/games/play").read_bytes() == b"#!/bin/sh\n"
    assert (tmp_path / "usr/games/play").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "etc/odd").read_bytes() == b"abc"
    assert (tmp_path / "etc/odd").stat().st_mtime == 0
    assert (tmp_path / "bin").readlink().as_posix() == "usr/bin"
    assert (tmp_path / "dev").is_dir()


def test_busybox_lists_folders_before_what_is_in_them():
    if shutil.which("busybox") is None:
        pytest.skip("busybox is not installed")
    listed = subprocess.run(
        ["busybox", "cpio", "-t"],
        input=cpio.pack(ENTRIES),
        capture_output=True,
        check=True,
    )
    assert listed.stdout.decode().split() == [
        "bin",
        "dev",
        "etc",
        "etc/odd",
        "usr",
        "usr/games",
        "usr/games/play",
    ]


def test_the_order_of_entries_does_not_matter():
    assert cpio.pack(ENTRIES) == cpio.pack(reversed(ENTRIES))


def test_an_archive_is_whole_blocks():
    assert len(cpio.pack(ENTRIES)) % 512 == 0
