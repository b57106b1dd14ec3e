"""A real machine, switched on and off."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace

import pytest

from tests.vmnetx.machine.conftest import shows
from tests.vmnetx.server.conftest import IN_TIME, machines
from vmnetx.machine.machine import Machine
from vmnetx.machine.options import MachineOptions
from vmnetx.server.opening import Opener
from vmnetx.server.power import Power
from vmnetx.server.registry import Wish, facts_of
from vmnetx.wire.messages import StartupFailed, VmStarted, VmStopped

STARTED, STOPPED = VmStarted(check_display=False), VmStopped()


@pytest.fixture
def events():
    return []


@pytest.fixture
async def facts(cache, packages):
    package = await Opener(cache).open(packages / "echo.nxpk")
    package.source.close()
    return facts_of(Wish("file:"), str(packages / "echo.nxpk"), package)


@pytest.fixture
async def power(data, facts, events):
    power = Power(facts, data / "m", MachineOptions(spice=False), events.append)
    yield power
    await power.end()


async def reaches(power, state):
    async with asyncio.timeout(IN_TIME):
        while power.state != state:
            await power.change()


async def test_on_and_off(power, events, data):
    assert (power.state, power.machine) == ("pending", None)
    power.start()
    assert (power.state, power.machine) == ("starting", None)
    await reaches(power, "running")
    assert isinstance(power.machine, Machine)
    assert machines(data) == [power.machine.pid]
    power.stop()
    assert (power.state, power.machine) == ("stopping", None)
    await reaches(power, "stopped")
    assert machines(data) == []
    assert (power.has_failed, events) == (False, [STARTED, STOPPED])


async def test_what_is_on_is_not_started_again(power, events):
    power.start()
    power.start()
    await reaches(power, "running")
    power.start()
    assert (power.state, events) == ("running", [STARTED])


async def test_what_is_off_is_not_stopped(power, events):
    power.stop()
    assert (power.state, events) == ("pending", [])


async def test_a_stop_during_the_start_leaves_nothing(power, events, data):
    power.start()
    await asyncio.sleep(0)
    power.stop()
    await reaches(power, "stopped")
    assert (machines(data), power.has_failed) == ([], False)
    assert StartupFailed not in map(type, events)


async def test_a_restart_keeps_what_the_guest_wrote(power, events, data):
    power.start()
    await reaches(power, "running")
    first = power.machine
    await shows(first, "READY")
    await first.type_text("W")
    await shows(first, "READY W")
    overlay = data / "m" / "run" / "overlay.qcow2"
    written = overlay.stat().st_blocks
    power.restart()
    await reaches(power, "running")
    assert power.machine.pid != first.pid
    await shows(power.machine, "READY")
    assert overlay.stat().st_blocks >= written > 4096
    assert events == [STARTED, STOPPED, STARTED]


async def test_many_restarts_at_once_leave_one_machine(power, data):
    power.start()
    for _ in range(5):
        power.restart()
        await asyncio.sleep(0)
    await reaches(power, "running")
    power.restart()
    power.restart()
    await reaches(power, "running")
    assert machines(data) == [power.machine.pid]


async def test_a_guest_may_switch_itself_off(power, events):
    power.start()
    await reaches(power, "running")
    await shows(power.machine, "READY")
    await power.machine.type_text("Q")
    await reaches(power, "stopped")
    assert (power.has_failed, power.detail) == (False, "guest shut down")
    assert events == [STARTED, STOPPED]


async def test_a_crash_is_a_failure_and_says_so(power, events):
    power.start()
    await reaches(power, "running")
    os.kill(power.machine.pid, signal.SIGSEGV)
    await reaches(power, "stopped")
    assert power.has_failed
    assert power.detail.startswith("crashed: ")
    assert "SIGSEGV" in power.detail
    power.start()
    await reaches(power, "running")
    assert (power.has_failed, power.detail) == (False, "")


async def test_a_machine_that_cannot_start_says_why(data, facts, events):
    gone = replace(facts, location="/nowhere/echo.nxpk")
    power = Power(gone, data / "m", MachineOptions(spice=False), events.append)
    power.start()
    await reaches(power, "stopped")
    assert power.has_failed
    assert "No such file" in power.detail
    assert events == [StartupFailed(power.detail), STOPPED]


async def test_killing_asks_nobody(power):
    power.kill()
    power.start()
    await reaches(power, "running")
    power.kill()
    await reaches(power, "stopped")
    assert "SIGKILL" in power.detail
