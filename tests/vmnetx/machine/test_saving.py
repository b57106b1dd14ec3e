from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from tests.vmnetx.machine.conftest import area
from vmnetx.errors import MachineFailed
from vmnetx.machine import aside, saving
from vmnetx.package import binding, memory_file
from vmnetx.package.archive import Member
from vmnetx.package.source import LocalFile
from vmnetx.package.unpacking import Body, unpacked


@pytest.mark.parametrize("compression", ["raw", "zstd"])
async def test_a_saved_image_says_what_it_is_bound_to(machine, tmp_path, compression):
    path = tmp_path / "memory.img"
    heard = []
    given = area()
    await machine.save(path, given, compression, heard.append)
    source = LocalFile(path)
    member = Member("memory.img", 0, source.size)
    header, found = binding.read_head(source, member)
    assert header.was_running
    assert found == given
    body = Body(source, member, header)
    stream = b"".join(unpacked(body, compression, limit=2**30))
    source.close()
    assert stream.startswith(b"QEVM")
    assert b"pc.ram" in stream
    assert heard == sorted(heard)
    assert heard[-1] == 1


async def test_qemu_may_say_that_it_is_done_after_the_last_byte(
    machine, tmp_path, monkeypatch
):
    started, told = [], []

    def start(work):
        started.append(aside.start(work))
        return started[-1]

    ask = machine._monitor.execute

    async def execute(command, *arguments):
        answer = await ask(command, *arguments)
        if command == "query-migrate" and not told:
            # As it was told while the last bytes were read.
            await asyncio.wrap_future(started[0])
            told.append(answer)
            return {"status": "active"}
        return answer

    monkeypatch.setattr(saving, "aside", SimpleNamespace(start=start))
    monkeypatch.setattr(machine._monitor, "execute", execute)
    path = tmp_path / "memory.img"
    await machine.save(path, area(), "raw", lambda _: None)
    assert told
    assert path.stat().st_size > 2**20


async def test_an_image_that_is_there_already_is_left_alone(machine, tmp_path):
    path = tmp_path / "memory.img"
    path.write_bytes(b"another")
    with pytest.raises(FileExistsError):
        await machine.save(path, area(), "raw", lambda _: None)
    assert path.read_bytes() == b"another"


async def test_a_disk_that_is_full_is_told(machine, tmp_path, monkeypatch):
    def fail(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(memory_file, "write", fail)
    with pytest.raises(OSError, match="No space left"):
        await machine.save(tmp_path / "image", area(), "raw", lambda _: None)


async def test_a_save_has_a_time_limit(machine, tmp_path, monkeypatch):
    monkeypatch.setattr(saving, "SAVE_SECONDS", 0.0)
    with pytest.raises(MachineFailed, match="not saved within 0 s"):
        await machine.save(tmp_path / "image", area(), "raw", lambda _: None)
