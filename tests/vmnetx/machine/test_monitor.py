from __future__ import annotations

import asyncio

import pytest

from vmnetx.errors import MachineFailed
from vmnetx.machine.monitor import Monitor, Mute, listen


async def test_nobody_listening_is_a_failure(folder):
    with pytest.raises(MachineFailed, match="does not answer"):
        await Monitor.connect(folder)


async def test_a_silent_listener_is_left_after_a_while(folder):
    with listen(folder), pytest.raises(Mute, match=r"does not answer within 0\.05 s"):
        await Monitor.connect(folder, 0.05)


async def test_qemus_own_words_come_with_a_refused_command(machine):
    with pytest.raises(MachineFailed, match="no-such-command"):
        await machine._monitor.execute("no-such-command")


async def test_a_command_has_a_deadline(machine, monkeypatch):
    monkeypatch.setattr("vmnetx.machine.monitor.COMMAND_SECONDS", 0.0)
    with pytest.raises(MachineFailed, match="did not finish"):
        await machine._monitor.execute("query-status")


async def test_two_may_close_at_once_and_commands_fail_from_then_on(machine):
    qmp = machine._monitor
    await asyncio.gather(qmp.close(), qmp.close())
    with pytest.raises(MachineFailed):
        await qmp.execute("query-status")
    with pytest.raises(MachineFailed):
        await qmp.give(0)
