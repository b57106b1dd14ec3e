from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from vmnetx.generate import boot_disk
from vmnetx.generate.boot_disk import Contents
from vmnetx.generate.recipe import Boot
from vmnetx.generate.tools import CannotBuildHere


def test_a_kernel_gets_its_arguments_and_its_file_system():
    boot = Boot("linux", "boot/vmlinuz-*", "quiet panic=0")
    assert boot_disk.script(Contents(boot, Path("x"), b"cpio")).splitlines() == [
        "set gfxpayload=text",
        "linux /boot/image quiet panic=0",
        "initrd /boot/initramfs",
        "boot",
    ]


@pytest.mark.parametrize("protocol", ["multiboot", "linux16"])
def test_an_image_without_arguments_is_just_started(protocol):
    script = boot_disk.script(Contents(Boot(protocol, "boot/x"), Path("x")))
    assert script == f"{protocol} /boot/image\nboot\n"


def test_without_grub_nothing_is_built(monkeypatch, tmp_path):
    monkeypatch.setattr(boot_disk, "MODULES", tmp_path)
    monkeypatch.setattr(boot_disk, "TOOLS", {})
    with pytest.raises(CannotBuildHere, match=r"Debian package grub-pc-bin"):
        boot_disk.require_tools()


def test_the_same_files_make_the_same_disk(grub, tmp_path):
    image = tmp_path / "image"
    image.write_bytes(b"an image")
    digests = set()
    for name in ("one", "two"):
        disk, tree = tmp_path / f"{name}.img", tmp_path / name
        tree.mkdir()
        contents = Contents(Boot("linux", "x"), image, b"a file system")
        boot_disk.build(contents, disk, tree)
        digests.add(hashlib.sha256(disk.read_bytes()).hexdigest())
        assert disk.stat().st_size % 512 == 0
        assert disk.read_bytes()[510:512] == b"\x55\xaa"
    assert len(digests) == 1
