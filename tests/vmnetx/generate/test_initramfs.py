from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.vmnetx.generate.test_elf import AT, BASE, make
from vmnetx.generate import initramfs
from vmnetx.generate.recipe import BadRecipe, Initramfs


def program(*libraries, interpreter=b"/lib64/ld.so\0"):
    """A program that asks for up to two libraries."""
    strings = b"\0" + b"".join(name.encode() + b"\0" for name in libraries)
    offsets = [strings.index(name.encode()) for name in libraries]
    entries = [(1, offset) for offset in offsets] + [(5, BASE + AT)]
    entries += [(0, 0)] * (4 - len(entries))
    return make(entries, strings, interpreter=interpreter)


@pytest.fixture
def root(tmp_path):
    """What packages hold: a game, its library, and the library's own."""
    root = tmp_path / "root"
    for folder in ("usr/games", "usr/lib/x86_64-linux-gnu", "lib64", "usr/share/game"):
        (root / folder).mkdir(parents=True)
    libraries = root / "usr/lib/x86_64-linux-gnu"
    (root / "usr/games/play").write_bytes(program("libone.so.1"))
    (libraries / "libone.so.1.0").write_bytes(program("libtwo.so", "libone.so.1"))
    (libraries / "libone.so.1").symlink_to("libone.so.1.0")
    (libraries / "libtwo.so").write_bytes(program())
    (libraries / "ld.so.real").write_bytes(program())
    (root / "lib64/ld.so").symlink_to("/usr/lib/x86_64-linux-gnu/ld.so.real")
    (root / "usr/share/game/map").write_text("north")
    return root


@pytest.fixture
def unpacked(root, tmp_path):
    def unpacked(wanted):
        if shutil.which("busybox") is None:
            pytest.skip("busybox is not installed")
        folder = tmp_path / "unpacked"
        folder.mkdir()
        packed = initramfs.build(wanted, root=root, script=b"#!/bin/sh\n")
        command = ["busybox", "cpio", "-idm"]
        subprocess.run(command, cwd=folder, input=packed, check=True)
        return folder

    return unpacked


def test_libraries_of_libraries_come_along(root, unpacked):
    folder = unpacked(Initramfs(programs=("usr/games/play",)))
    libraries = "usr/lib/x86_64-linux-gnu"
    for name in ("libone.so.1", "libtwo.so"):
        inside = folder / libraries / name
        assert not inside.is_symlink()
        assert inside.read_bytes() == (root / libraries / name).read_bytes()
    assert (folder / "lib64/ld.so").is_file()
    assert (folder / "usr/games/play").stat().st_mode & 0o111


def test_init_and_the_places_to_mount_are_there(unpacked):
    folder = unpacked(Initramfs())
    assert (folder / "init").read_bytes() == b"#!/bin/sh\n"
    assert (folder / "init").stat().st_mode & 0o777 == 0o755
    assert (folder / "proc").is_dir()


@pytest.mark.parametrize("name", ["usr/share/game", "share/game"])
def test_a_folder_is_copied_to_the_place_that_was_named(unpacked, name):
    folder = unpacked(Initramfs(files=(name,)))
    assert (folder / name / "map").read_text() == "north"


def test_a_missing_library_is_named_with_who_asked(root):
    (root / "usr/lib/x86_64-linux-gnu/libtwo.so").unlink()
    with pytest.raises(BadRecipe, match=r"libone\.so\.1 needs libtwo\.so"):
        initramfs.build(Initramfs(programs=("usr/games/play",)), root=root, script=b"")


def test_a_script_is_no_program(root):
    (root / "usr/games/play").write_text("#!/bin/sh\n")
    with pytest.raises(BadRecipe, match="usr/games/play: no 64-bit"):
        initramfs.build(Initramfs(programs=("usr/games/play",)), root=root, script=b"")


@pytest.mark.parametrize("target", ["/etc/passwd", "../../../../../etc/passwd", "loop"])
def test_no_link_leads_out_of_the_packages(root, target):
    (root / "loop").symlink_to(target)
    with pytest.raises(BadRecipe, match="leads out of the packages, or nowhere"):
        initramfs.find(root, "loop")


def test_no_folder_on_the_way_leads_out_of_the_packages(root):
    (root / "etc").symlink_to("/etc")
    with pytest.raises(BadRecipe, match="leads out"):
        initramfs.find(root, "etc/passwd")


def test_a_pattern_means_exactly_one_file(root):
    (root / "boot").mkdir()
    (root / "boot/vmlinuz-6.1").touch()
    assert initramfs.find_one(root, "boot/vmlinuz-*").name == "vmlinuz-6.1"
    (root / "boot/vmlinuz-6.2").touch()
    with pytest.raises(BadRecipe, match="2 files"):
        initramfs.find_one(root, "boot/vmlinuz-*")
    with pytest.raises(BadRecipe, match="0 files"):
        initramfs.find_one(root, "boot/kernel-*")
