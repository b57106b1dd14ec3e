from __future__ import annotations

import pytest

from vmnetx.generate import debian
from vmnetx.generate.debian import Archive
from vmnetx.generate.tools import CannotBuildHere


def test_the_cache_is_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("VMNETX_CACHE", raising=False)
    assert debian.cache_folder() == tmp_path / "vmnetx"
    monkeypatch.setenv("VMNETX_CACHE", str(tmp_path / "elsewhere"))
    assert debian.cache_folder() == tmp_path / "elsewhere"
    assert debian.cache_folder().is_dir()


def test_without_apt_nothing_is_built(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotBuildHere, match=r"no apt-get \(Debian package apt\)"):
        Archive(tmp_path)


def test_a_package_is_unpacked_without_being_installed(invaders, tmp_path):
    debian.unpack([invaders], tmp_path)
    assert invaders.version
    assert (tmp_path / "boot/invaders.exec").is_file()


def test_the_second_fetch_downloads_nothing(invaders):
    before = invaders.path.stat().st_ino
    again = Archive(debian.cache_folder()).fetch("grub-invaders")
    assert again == invaders
    assert again.path.stat().st_ino == before


def test_a_damaged_file_in_the_cache_is_fetched_again(invaders, tmp_path):
    archive = Archive(tmp_path)
    first = archive.fetch("grub-invaders")
    whole = first.path.read_bytes()
    first.path.write_bytes(whole[:-1] + b"x")
    assert archive.fetch("grub-invaders").path.read_bytes() == whole


def test_a_metapackage_stands_for_one_dependency(invaders):
    found = Archive(debian.cache_folder()).dependency(
        "linux-image-cloud-amd64", "linux-image-*-cloud-amd64"
    )
    assert found.startswith("linux-image-")
    assert found != "linux-image-cloud-amd64"


def test_apt_without_lists_gets_lists_of_our_own(invaders, monkeypatch, tmp_path):
    lists = tmp_path / "lists"
    (lists / "partial").mkdir(parents=True)
    configuration = tmp_path / "apt.conf"
    configuration.write_text(f'Dir::State::Lists "{lists}";\n')
    monkeypatch.setenv("APT_CONFIG", str(configuration))
    Archive(tmp_path / "cache").fetch("grub-invaders")
    assert list((tmp_path / "cache/apt/lists").glob("*_Packages*"))
    assert not list(lists.glob("*_Packages*"))
