from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.vmnetx.launcher.server import TOKEN
from vmnetx.errors import ProtocolError, Refused, Unreachable
from vmnetx.launcher.control import Clock, ControlConnection, LinkLost, LinkRestored
from vmnetx.launcher.conversation import Dial
from vmnetx.wire import frames, packing
from vmnetx.wire.messages import (
    AuthOk,
    ErrorReport,
    StartupProgress,
    VmDestroyed,
    VmStarted,
    VmStopped,
)

IN_TIME = 10
RUNNING = VmStarted(check_display=False)


class FakeClock:
    """Each sleep passes at once, and is written down; pings sleep for ever."""

    def __init__(self):
        self.time = 0.0
        self.slept = []

    def now(self):
        return self.time

    async def sleep(self, seconds):
        if seconds == 3.0:
            await asyncio.Event().wait()
        self.slept.append(seconds)
        self.time += seconds


@pytest.fixture
def time():
    return FakeClock()


@pytest.fixture
async def control(dial, time):
    control = ControlConnection(dial, Clock(time.now, time.sleep))
    yield control
    await control.leave()


def frame(message):
    return frames.encode(packing.encode(message))


class Scripted:
    """A server whose every connection gets the next of the scripts, and is closed."""

    def __init__(self, *scripts):
        self.scripts = list(scripts)
        self.connections = 0

    async def serve(self, reader, writer):
        self.connections += 1
        script = self.scripts.pop(0) if self.scripts else b""
        head = await reader.readexactly(4)
        await reader.readexactly(int.from_bytes(head, "big"))
        writer.write(script)
        await writer.drain()
        writer.close()

    async def __aenter__(self):
        self._server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        return Dial("127.0.0.1", self._server.sockets[0].getsockname()[1], TOKEN)

    async def __aexit__(self, *_):
        self._server.close()
        await self._server.wait_closed()


async def test_a_stopped_machine_is_as_if_it_had_just_stopped(control, guest):
    auth_ok = await control.open()
    assert (auth_ok.name, control.name, control.state) == (*["Test VM"] * 2, "stopped")
    assert await control.next_event() == VmStopped()
    await control.start_vm()
    assert await control.next_event() == RUNNING
    assert (guest.starts, control.state) == (1, "running")


async def test_a_running_machine_is_as_if_it_had_just_started(control, guest):
    guest.run()
    await control.open()
    assert await control.next_event() == RUNNING


async def test_a_machine_on_its_way_is_waited_for(control, guest):
    guest.state = "starting"
    await control.open()
    guest.tell(StartupProgress(0.5))
    assert await control.next_event() == StartupProgress(0.5)


async def test_only_a_stopped_machine_is_started_and_a_running_one_stopped(
    control, guest
):
    guest.run()
    await control.open()
    await control.next_event()
    await control.start_vm()
    await control.stop_vm()
    assert control.state == "stopping"
    await control.stop_vm()
    assert await control.next_event() == VmStopped()
    assert guest.starts == 0


async def test_a_lost_session_is_found_again(control, server, guest):
    guest.run()
    await control.open()
    await control.next_event()
    await server.down()
    assert isinstance(await control.next_event(), LinkLost)
    await server.up()
    assert await control.next_event() == LinkRestored()
    assert await control.next_event() == RUNNING


async def test_the_schedule_is_at_once_then_1_2_5_10_10(server, dial, guest, time):
    guest.timeout_max = 60
    control = ControlConnection(dial, Clock(time.now, time.sleep))
    await control.open()
    await control.next_event()
    await server.down()
    assert isinstance(await control.next_event(), LinkLost)
    with pytest.raises(Unreachable, match=r"^Lost connection with server$"):
        await control.next_event()
    assert time.slept == [0, 1, 2, 5, 10, 10, 10, 10, 10, 2]
    assert time.time == guest.timeout_max
    await control.leave()


async def test_a_session_without_a_limit_is_searched_for_on_and_on(
    server, dial, guest, time
):
    guest.timeout_max = 0
    control = ControlConnection(dial, Clock(time.now, time.sleep))
    await control.open()
    await control.next_event()
    await server.down()
    await control.next_event()
    search = asyncio.create_task(control.next_event())
    while time.time < 10_000:
        await asyncio.wait([search], timeout=0.01)
        assert not search.done()
    await server.up()
    assert await search == LinkRestored()
    await control.leave()


async def test_a_mere_tcp_connection_does_not_reset_the_schedule(time):
    """Spec 10.1.13: a server that accepts and closes was hammered without a pause."""
    server = Scripted(frame(AuthOk("running", "VM", None, 8, 17)))
    async with server as dial:
        control = ControlConnection(dial, Clock(time.now, time.sleep))
        await control.open()
        assert await control.next_event() == RUNNING
        assert isinstance(await control.next_event(), LinkLost)
        with pytest.raises(Unreachable, match="Lost connection"):
            await control.next_event()
    assert time.slept == [0, 1, 2, 5, 9]
    assert server.connections == 5


async def test_auth_ok_resets_the_schedule_and_the_time_to_live(time):
    opened = frame(AuthOk("running", "VM", None, 8, 9))
    async with Scripted(opened, b"", b"", opened) as dial:
        control = ControlConnection(dial, Clock(time.now, time.sleep))
        await control.open()
        for event in (RUNNING, LinkLost, LinkRestored(), RUNNING, LinkLost):
            heard = await control.next_event()
            assert heard == event or isinstance(heard, LinkLost)
        assert time.slept == [0, 1, 2]
        with pytest.raises(Unreachable):
            await control.next_event()
    # Nine seconds more, from the second loss on, beginning at once.
    assert time.slept == [0, 1, 2, 0, 1, 2, 5, 1]


async def test_a_token_that_the_server_forgot_ends_the_search(control, server, guest):
    guest.run()
    await control.open()
    await control.next_event()
    await server.down()
    await control.next_event()
    guest.token = "ABCDEFGHIJKLMNOP/another"
    await server.up()
    with pytest.raises(
        Refused, match=r"^Reauthentication failed: Authentication failed$"
    ):
        await control.next_event()


async def test_pings_go_out_and_keep_the_session(dial, guest):
    async def soon(seconds):
        await asyncio.sleep(seconds / 1000)

    control = ControlConnection(dial, Clock(sleep=soon))
    async with asyncio.timeout(IN_TIME):
        await control.open()
        await control.next_event()
        listening = asyncio.create_task(control.next_event())
        while guest.touched < 10:
            await asyncio.wait([listening], timeout=0.01)
        assert not listening.done()
        guest.run()
        assert await listening == RUNNING
        await control.leave()


async def test_three_unanswered_pings_are_a_lost_link():
    pings = []

    async def soon(seconds):
        await asyncio.sleep(seconds / 1000)

    async def mute(reader, writer):
        for answer in (frame(AuthOk("running", "VM")), b"", b"", b""):
            head = await reader.readexactly(4)
            pings.append(await reader.readexactly(int.from_bytes(head, "big")))
            writer.write(answer)
        await reader.read()
        writer.close()

    async with (
        asyncio.timeout(IN_TIME),
        await asyncio.start_server(mute, "127.0.0.1", 0) as server,
    ):
        dial = Dial("127.0.0.1", server.sockets[0].getsockname()[1], TOKEN)
        control = ControlConnection(dial, Clock(sleep=soon))
        await control.open()
        assert await control.next_event() == RUNNING
        assert isinstance(await control.next_event(), LinkLost)
        await control.leave()
    assert pings[1:] == [b"\x81\xa1_\xa4ping"] * 3


async def test_another_client_s_start_is_no_error_of_ours(time):
    """Spec 10.1.11: an old server minds the second of two start-vm."""
    script = frame(AuthOk("stopped", "VM")) + frame(
        ErrorReport("Can't start VM unless it is stopped")
    )
    async with Scripted(script + frame(RUNNING)) as dial:
        control = ControlConnection(dial, Clock(time.now, time.sleep))
        await control.open()
        assert await control.next_event() == VmStopped()
        assert await control.next_event() == RUNNING
        await control.leave()


async def test_any_other_error_is_fatal(time):
    script = frame(AuthOk("stopped", "VM")) + frame(ErrorReport("Invalid message"))
    async with Scripted(script) as dial:
        control = ControlConnection(dial, Clock(time.now, time.sleep))
        await control.open()
        await control.next_event()
        with pytest.raises(ProtocolError, match=r"^Protocol error: Invalid message$"):
            await control.next_event()
        await control.leave()


async def test_destroying_waits_for_the_server_s_word(control, guest):
    await control.open()
    await control.next_event()
    await control.destroy()
    assert guest.was_destroyed.is_set()
    assert guest.listeners == []


async def test_leaving_destroys_nothing(control, server, guest):
    await control.open()
    await control.leave()
    await control.leave()
    await server.down()
    assert not guest.was_destroyed.is_set()


async def test_with_the_link_down_nothing_is_destroyed(control, server, guest):
    await control.open()
    await control.next_event()
    await server.down()
    await control.next_event()
    await control.destroy()
    assert not guest.was_destroyed.is_set()


async def test_a_session_that_ends_says_so(control, guest):
    await control.open()
    await control.next_event()
    guest.destroy()
    assert await control.next_event() == VmDestroyed()


async def test_a_launch_tries_once(dial, time):
    control = ControlConnection(
        replace(dial, token="wrong/token"), Clock(time.now, time.sleep)
    )
    with pytest.raises(Refused):
        await control.open()
    assert time.slept == []
