from __future__ import annotations

import shutil

import pytest

from vmnetx.generate import boot_disk, debian
from vmnetx.generate.debian import Archive
from vmnetx.generate.tools import CannotBuildHere


@pytest.fixture(scope="session")
def invaders():
    """The package grub-invaders, from the cache that all runs share."""
    try:
        return Archive(debian.cache_folder()).fetch("grub-invaders")
    except CannotBuildHere as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def grub():
    try:
        boot_disk.require_tools()
    except CannotBuildHere as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def qemu():
    path = shutil.which("qemu-system-x86_64")
    return path or pytest.skip("qemu-system-x86_64 is not installed")
