from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path

import pytest

from tests.vmnetx.machine import guests
from vmnetx.errors import MachineFailed
from vmnetx.generate import moment
from vmnetx.generate.moment import Moment, pixel
from vmnetx.machine.disk import DiskSource
from vmnetx.machine.machine import Machine
from vmnetx.machine.options import MachineOptions


@pytest.fixture
async def machine():
    """A guest that greets and echoes keys; Q switches it off."""
    folder = Path(tempfile.mkdtemp(prefix="g-", dir="/tmp"))
    disk = folder / "disk.img"
    disk.write_bytes(guests.image())
    machine = await Machine.start(
        guests.domain(),
        DiskSource(str(disk), 0, guests.DISK_BYTES, "raw"),
        directory=folder / "vm",
        options=MachineOptions(spice=False),
    )
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, folder)
        stack.push_async_callback(machine.stop)
        yield machine


async def test_a_text_on_the_screen_is_seen(machine):
    seconds = await moment.wait_for(machine, Moment("READY", seconds=0))
    assert seconds > 0
    assert "READY" in await machine.text()


async def test_a_pixel_of_its_colour_is_seen(machine):
    await moment.wait_for(machine, Moment("READY", seconds=0))
    screen = await machine.pixels()
    black = next(x for x in range(screen.width) if screen.at(x, 0) == bytes(3))
    wanted = (pixel(black, 0, "#000000"),)
    await moment.wait_for(machine, Moment("READY", wanted, seconds=0))
    late = Moment("", (pixel(black, 0, "#ff00ff"),), most_seconds=0.1)
    with pytest.raises(MachineFailed, match=r"1 pixels on its screen: not seen within"):
        await moment.wait_for(machine, late)


async def test_a_text_that_never_comes_is_not_waited_for_for_ever(machine):
    with pytest.raises(MachineFailed, match=r"'XYZZY' .*: not seen within 0.1 s"):
        await moment.wait_for(machine, Moment("XYZZY", most_seconds=0.1))


async def test_a_machine_that_ends_has_no_moment(machine):
    await moment.wait_for(machine, Moment("READY", seconds=0))
    await machine.type_text("Q")
    with pytest.raises(MachineFailed):
        await moment.wait_for(machine, Moment(seconds=60))


@pytest.mark.parametrize(
    "wrong",
    [(1, 2, "red"), ("1", 2, "#ffffff"), (1, 2, 3), (-1, 0, "#000000"), (0, 10**6, "")],
)
def test_what_is_no_pixel_is_refused(wrong):
    with pytest.raises(ValueError, match="pixel"):
        pixel(*wrong)


def test_what_is_waited_for_can_be_told():
    assert Moment(seconds=5).words == "5 s"
    assert Moment("> ").words == "'> ' on its screen"
    both = Moment("a", (pixel(1, 2, "#0000ff"),))
    assert both.words == "'a' and 1 pixels on its screen"
