"""A machine goes on from a memory image, or starts from off and says why."""

from __future__ import annotations

import asyncio
import shutil
import struct
import threading
from asyncio.subprocess import PIPE

import pytest

from tests.vmnetx.machine import guests
from tests.vmnetx.machine.conftest import area, shows, text
from tests.vmnetx.machine.test_machine import is_running
from vmnetx.errors import Refused, SourceChanged, Unreachable
from vmnetx.machine import restoring
from vmnetx.machine.options import Limits
from vmnetx.package import memory, memory_file
from vmnetx.package.domain import render
from vmnetx.package.memory import Area, SaveHeader

# Of QEMU's stream: a page of one byte, in the block that the last one was in.
ZERO_PAGE, SAME_BLOCK = 0x02, 0x20


async def goes_on(machine, image):
    """The guest is where it was saved, and alive."""
    assert image.rejections == []
    assert machine.was_restored
    assert "READY abc" in await text(machine)
    await machine.type_text("d")
    await shows(machine, "READY abcd")


async def boots(machine, image, reason):
    assert not machine.was_restored
    assert len(image.rejections) == 1
    assert reason in image.rejections[0]
    await shows(machine, "READY    ")


def closed(image):
    return all(source._descriptor == -1 for source in image.opened)


@pytest.mark.parametrize("compression", memory_file.COMPRESSIONS)
async def test_the_guest_goes_on_where_it_was_saved(start, make_image, compression):
    image = make_image(compression=compression)
    await goes_on(await start(memory=image.saved, spice=False), image)
    assert image.fractions[0] == 0
    assert len(image.fractions) > 1
    assert image.fractions == sorted(image.fractions)
    assert image.fractions[-1] <= 1


@pytest.mark.skipif(shutil.which("lzop") is None, reason="lzop is not installed")
async def test_an_image_that_lzop_made_goes_on(start, make_image, stream):
    """The compression that clients of 2015 kept in their caches."""
    lzop = await asyncio.create_subprocess_exec("lzop", "-c", stdin=PIPE, stdout=PIPE)
    packed, _ = await lzop.communicate(stream)
    image = make_image()
    header = memory.roomy(SaveHeader(0, True, "lzop"), area())
    image.path.write_bytes(memory.render(header, area()) + packed)
    await goes_on(await start(memory=image.saved, spice=False), image)


async def test_a_guest_may_be_restored_many_times(start, make_image, folder):
    image = make_image()
    for number in range(2):
        at = folder.with_name(f"machine-{number}")
        await goes_on(await start(memory=image.saved, at=at, spice=False), image)


async def test_libvirts_own_image_without_our_binding_is_tried(start, make_image):
    xml = render(guests.domain()).replace(b'type="kvm"', b'type="qemu"')
    assert b"qemu" in xml
    image = make_image(header=Area(xml, b"a cookie"))
    await goes_on(await start(memory=image.saved, spice=False), image)


async def test_a_restored_guest_writes_to_its_disk(start, make_image, folder):
    machine = await start(memory=make_image().saved, spice=False)
    await machine.type_text("W")
    await shows(machine, "READY abcW")
    assert (folder / "run/overlay.qcow2").stat().st_size > 2 * guests.MIB


async def test_an_image_never_goes_on_over_a_disk_that_was_written(
    start, make_image, folder
):
    """Specification 10.5.1."""
    image = make_image()
    machine = await start(memory=image.saved, spice=False)
    await machine.halt()
    again = await start(memory=image.saved, spice=False)
    assert not again.was_restored
    await shows(again, "READY    ")
    assert len(image.opened) == 1
    assert image.rejections == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"qemu_version": "99.0.0"}, "is of QEMU 99.0.0"),
        ({"accelerator": "kvm"}, "of accelerator kvm; here it is tcg"),
        ({"cpu": "Abacus"}, "of cpu Abacus"),
        ({"hardware": "0123456789abcdef"}, "of hardware 0123456789abcdef"),
        ({"machine": "pc-i440fx-0.1"}, "no machine type pc-i440fx-0.1"),
    ],
)
async def test_an_image_of_another_machine_is_not_tried(
    start, make_image, change, reason, folder
):
    image = make_image(header=area(**change))
    await boots(await start(memory=image.saved, spice=False), image, reason)
    assert closed(image)
    assert image.fractions == [0]
    assert b"incoming" not in (folder / "qemu.log").read_bytes()


async def test_a_stream_that_qemu_refuses_is_told_in_its_words(start, make_image):
    image = make_image(body=b"not a stream " * 1000)
    await boots(await start(memory=image.saved, spice=False), image, "migration")


async def test_an_image_that_ends_too_early_boots(start, make_image, stream):
    for compression, body in [("raw", stream[: len(stream) // 2]), ("raw", b"QEVM")]:
        image = make_image(compression=compression, body=body)
        at = image.path.with_suffix(".d")
        machine = await start(memory=image.saved, spice=False, at=at)
        await boots(machine, image, "memory image")
        await machine.stop()


async def test_a_damaged_image_boots_with_a_fresh_overlay(start, make_image, folder):
    image = make_image(compression="zstd")
    data = bytearray(image.path.read_bytes())
    at = memory.parse_header(data).body_offset + 2000
    data[at : at + 100] = bytes(100)
    image.path.write_bytes(data)
    machine = await start(memory=image.saved, spice=False)
    await boots(machine, image, "damaged")
    assert (folder / "run/overlay.qcow2").stat().st_size < guests.MIB


def endless(stream):
    """QEMU takes the same page as often as it comes: here two million times."""
    block = b"\x06pc.ram"
    sizes = stream.index(block)
    first = stream.index(block, sizes + 1) + len(block)
    (flags,) = struct.unpack(">H", stream[first - len(block) - 2 : first - len(block)])
    page = first + (1 if flags & ZERO_PAGE else 4096)
    again = struct.pack(">QB", ZERO_PAGE | SAME_BLOCK, 0)
    return stream[:page] + again * 2_000_000 + stream[page:]


async def test_a_bomb_ends_at_the_machines_size(start, make_image, stream, monkeypatch):
    limit = 16 * guests.MIB
    memory_bytes = guests.domain().memory_bytes
    monkeypatch.setattr(restoring, "EXTRA_BYTES", limit - 2 * memory_bytes)
    image = make_image(compression="zstd", body=endless(stream))
    machine = await start(memory=image.saved, spice=False)
    await boots(machine, image, f"longer than {limit} bytes unpacked")


@pytest.mark.parametrize(
    "error", [Unreachable("nobody there"), SourceChanged("another"), Refused("gone")]
)
async def test_an_image_that_cannot_be_read_boots(start, make_image, error):
    image = make_image()

    class Gone:
        size = image.path.stat().st_size

        def read(self, offset, length):
            raise error

        def close(self):
            pass

    image.open = Gone
    await boots(await start(memory=image.saved, spice=False), image, str(error))


async def test_an_image_that_breaks_off_on_its_way_is_told_by_its_source(
    start, make_image
):
    image = make_image()
    whole = image.open()

    class Breaking:
        size = whole.size

        def read(self, offset, length):
            if offset > 100_000:
                raise Unreachable("the line is cut")
            return whole.read(offset, min(length, 50_000))

        def close(self):
            whole.close()

    image.open = Breaking
    machine = await start(memory=image.saved, spice=False)
    await boots(machine, image, "the line is cut")


async def test_an_image_that_stands_still_is_left(start, make_image, monkeypatch):
    monkeypatch.setattr(restoring, "STALL_SECONDS", 0.3)
    image = make_image()
    whole = image.open()
    go_on = threading.Event()

    class Slow:
        size = whole.size

        def read(self, offset, length):
            if offset > 100_000:
                go_on.wait(60)
            return whole.read(offset, min(length, 50_000))

        def close(self):
            whole.close()

    image.open = Slow
    machine = await start(memory=image.saved, spice=False)
    await boots(machine, image, "did not go on for 0.3 s")
    go_on.set()


async def test_a_restore_has_a_time_limit(start, make_image, monkeypatch):
    monkeypatch.setattr(restoring, "RESTORE_SECONDS", 0.0)
    image = make_image()
    machine = await start(memory=image.saved, spice=False)
    await boots(machine, image, "not restored within 0 s")


async def test_a_start_that_is_cancelled_leaves_no_qemu_and_no_open_file(
    start, make_image, folder
):
    image = make_image()
    half_way = asyncio.Event()
    saved = restoring.SavedMemory(
        image.open,
        image.saved.member,
        lambda fraction: half_way.set() if fraction else None,
    )
    starting = asyncio.create_task(start(memory=saved, spice=False))
    await asyncio.wait_for(half_way.wait(), 60)
    starting.cancel()
    await asyncio.wait([starting])
    assert not (folder / "machine.json").exists()
    async with asyncio.timeout(60):
        while not closed(image):  # noqa: ASYNC110 the thread tells nobody
            await asyncio.sleep(0.01)


async def test_limits_hold_for_what_is_restored_too(start, make_image):
    image = make_image()
    with pytest.raises(Refused):
        await start(memory=image.saved, limits=Limits(memory_bytes=1))
    assert image.opened == []


async def test_the_screen_of_a_restored_guest_shows_something(start, make_image):
    machine = await start(memory=make_image().saved, spice=False)
    assert not (await machine.pixels()).are_black
    assert is_running(machine.pid)
