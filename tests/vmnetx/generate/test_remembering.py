from __future__ import annotations

import asyncio
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.vmnetx.machine import guests
from vmnetx.errors import MachineFailed
from vmnetx.generate.memory_image import Wish
from vmnetx.generate.moment import Moment
from vmnetx.generate.remembering import remember
from vmnetx.machine.disk import DiskSource
from vmnetx.machine.machine import Machine
from vmnetx.machine.options import MachineOptions
from vmnetx.machine.restoring import SavedMemory
from vmnetx.package.archive import open_package, write_package
from vmnetx.package.domain import render
from vmnetx.package.source import LocalFile

DOMAIN = guests.domain(disk=replace(guests.domain().disk, format="raw"))


@pytest.fixture
def package(tmp_path):
    disk = tmp_path / "disk.img"
    disk.write_bytes(guests.image(guests.writing()))
    path = tmp_path / "in.nxpk"
    write_package(path, name="Writer", domain_xml=render(DOMAIN), disk=disk)
    return path


@pytest.fixture
def place():
    folder = Path(tempfile.mkdtemp(prefix="g-", dir="/tmp"))
    yield folder / "vm"
    shutil.rmtree(folder)


def test_a_moment_that_does_not_come_leaves_nothing(package, tmp_path):
    before = sorted(tmp_path.iterdir())
    wish = Wish(Moment("XYZZY", most_seconds=0.1), "tcg")
    with pytest.raises(MachineFailed, match="XYZZY"):
        remember(package, tmp_path / "out.nxpk", wish, lambda _: None)
    assert sorted(tmp_path.iterdir()) == before


async def test_the_package_goes_on_at_the_moment(package, tmp_path, place):
    path = tmp_path / "out.nxpk"
    wish = Wish(Moment("WROTE", seconds=0), "tcg")
    await asyncio.to_thread(remember, package, path, wish, lambda _: None)
    source = LocalFile(path)
    opened = open_package(source)
    source.close()
    assert opened.memory_header.compression == "zstd"
    disk = DiskSource(str(path), opened.disk.offset, opened.disk.size, "raw")
    rejections = []
    machine = await Machine.start(
        opened.domain,
        disk,
        directory=place,
        options=MachineOptions(spice=False),
        memory=SavedMemory(
            lambda: LocalFile(path), opened.memory, on_rejected=rejections.append
        ),
    )
    try:
        assert rejections == []
        assert machine.was_restored
        assert "WROTE" in await machine.text()
    finally:
        await machine.stop()
