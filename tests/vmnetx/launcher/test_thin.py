"""Sessions shown by a viewer that does what the guest tells it, over real sockets."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.vmnetx.launcher import stand_in
from vmnetx.errors import Absent, MachineFailed, Refused, Unreachable
from vmnetx.launcher import thin
from vmnetx.launcher.desk import Desk
from vmnetx.launcher.viewer import NotInstalled
from vmnetx.wire.messages import (
    StartupFailed,
    StartupProgress,
    StartupRejectedMemory,
)

IN_TIME = 20
ANSWERS = """\
channel.sendall(b"password " + keys["virt-viewer"]["password"].encode() + b"\\n")
said = b""
while (data := channel.recv(4096)):
    said += data
    for word, code in ((b"QUIT", 0), (b"CRASH", 9)):
        if word in said:
            sys.exit(code)
"""


class Listener:
    """Notices, kept."""

    def __init__(self):
        self.lines = []
        self.fractions = []

    def say(self, text):
        self.lines.append(text)

    def progress(self, fraction):
        self.fractions.append(fraction)

    def done(self):
        self.fractions.append("done")

    def fail(self, text):
        self.lines.append(text)


@pytest.fixture
def people():
    return Listener()


@pytest.fixture
def desk(folder, people):
    program = stand_in.viewer(folder, stand_in.BEGIN + ANSWERS)
    directory = folder / "desk"
    directory.mkdir(mode=0o700)
    return Desk(people, directory, str(program))


@pytest.fixture
async def shown(desk, dial, spice):
    """Opens the session, and hands it over with the viewer connected."""
    tasks = []

    async def show(work=thin.open_session):
        task = asyncio.create_task(work(dial, desk))
        tasks.append(task)
        await connected(spice, task)
        return task

    yield show
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def connected(spice, task):
    """The next viewer is there; or the session has failed, which is raised."""
    arrival = asyncio.create_task(spice.arrived.wait())
    await asyncio.wait([arrival, task], return_when=asyncio.FIRST_COMPLETED)
    arrival.cancel()
    if task.done():
        task.result()
    spice.arrived.clear()


async def test_a_stopped_machine_is_started_and_shown(shown, guest, spice):
    await shown()
    assert (guest.starts, guest.state, len(spice.channels)) == (1, "running", 1)


async def test_closing_the_viewer_destroys_the_session(shown, guest, spice, people):
    task = await shown()
    spice.channels[0].write(b"QUIT")
    await task
    assert guest.was_destroyed.is_set()
    assert people.lines[-1] == "The machine is switched off and its changes are gone."


async def test_a_kept_session_goes_on(shown, guest, spice, people):
    task = await shown(thin.keep_session)
    spice.channels[0].write(b"QUIT")
    await task
    assert not guest.was_destroyed.is_set()
    assert "The session goes on for 2 seconds" in people.lines[-1]


async def test_a_kept_session_is_shown_again_without_a_start(shown, guest, spice):
    task = await shown(thin.keep_session)
    spice.channels[0].write(b"QUIT")
    await task
    await shown()
    assert guest.starts == 1


async def test_a_signal_destroys_the_session(shown, guest):
    task = await shown()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert guest.was_destroyed.is_set()


async def test_a_viewer_that_the_server_dropped_is_opened_again(shown, guest, spice):
    task = await shown()
    spice.hang_up()
    await connected(spice, task)
    assert not guest.was_destroyed.is_set()


async def test_a_machine_that_stops_is_started_again(shown, guest, spice):
    task = await shown()
    guest.stop()
    await connected(spice, task)
    assert guest.starts == 2


async def test_a_lost_network_closes_the_viewer_and_opens_it_again(
    shown, guest, spice, server, people
):
    task = await shown()
    await server.down()
    await server.up()
    await connected(spice, task)
    assert not guest.was_destroyed.is_set()
    assert people.lines[-2].startswith("Network disconnected")
    assert people.lines[-1] == "The connection is back."


async def test_a_crashed_viewer_is_no_wish_to_quit(shown, guest, spice, people):
    task = await shown()
    for _ in range(2):
        spice.channels[-1].write(b"CRASH")
        await connected(spice, task)
        assert people.lines[-1] == "The viewer crashed; it is opened again."
    spice.channels[-1].write(b"CRASH")
    with pytest.raises(MachineFailed, match=r"^The viewer crashes \(exit code 9\)"):
        await task
    assert not guest.was_destroyed.is_set()


async def test_a_viewer_that_gets_no_screen_is_no_wish_to_quit(
    desk, dial, guest, folder
):
    program = folder / "viewer"
    program.write_text("#!/bin/sh\necho cannot open display\nexit 1\n")
    with pytest.raises(
        MachineFailed, match=r"no connection \(exit code 1\): cannot open display$"
    ):
        await thin.open_session(dial, desk)
    assert not guest.was_destroyed.is_set()


async def test_progress_is_told(desk, dial, guest, people):
    guest.start = lambda: guest.tell(
        StartupProgress(0.0),
        StartupRejectedMemory(),
        StartupFailed("no <such> disk"),
    )
    with pytest.raises(MachineFailed, match=r"could not be started: no .such. disk"):
        await thin.open_session(dial, desk)
    assert people.fractions[0] == 0.0
    assert people.lines[-1].startswith("The memory image cannot be used")


async def test_a_session_that_is_ended_elsewhere_ends_here(shown, guest):
    task = await shown()
    guest.destroy()
    with pytest.raises(Absent, match=r"^Virtual machine terminated$"):
        await task


async def test_a_server_that_does_not_come_back_is_given_up(shown, server):
    task = await shown()
    await server.down()
    with pytest.raises(Unreachable, match=r"^Lost connection with server$"):
        await task


async def test_without_a_viewer_nothing_is_started(desk, dial, guest):
    with pytest.raises(NotInstalled):
        await thin.open_session(dial, replace(desk, viewer="/absent/viewer"))
    assert guest.touched == 0


async def test_a_wrong_token_opens_nothing(desk, dial):
    with pytest.raises(Refused):
        await thin.open_session(replace(dial, token="wrong/token"), desk)


async def test_the_start_is_told_each_time(desk, dial, guest, spice):
    starts = []
    desk = replace(desk, on_started=lambda: starts.append(guest.state))
    task = asyncio.create_task(thin.open_session(dial, desk))
    async with asyncio.timeout(IN_TIME):
        await connected(spice, task)
        spice.channels[0].write(b"QUIT")
        await task
    assert starts == ["running"]


async def test_nothing_is_left_in_the_folder(shown, spice, desk):
    task = await shown()
    spice.channels[0].write(b"QUIT")
    await task
    assert [path.name for path in desk.directory.iterdir()] == ["viewer.log"]
