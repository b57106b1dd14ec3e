from __future__ import annotations

import pytest

from tests.vmnetx.machine import guests
from vmnetx.errors import MachineFailed
from vmnetx.machine import folder as folders
from vmnetx.machine import starting
from vmnetx.machine.options import MachineOptions
from vmnetx.machine.starting import Plan

UUID = "5d8a7b1e-0000-4000-8000-000000000000"


@pytest.fixture
async def process(folder, disk):
    plan = Plan(guests.domain(), disk, folder, MachineOptions())
    folders.make(folder)
    (folder / folders.QMP).touch()
    spawned = starting.spawn(plan, UUID)
    yield spawned
    await spawned.end()


async def test_no_guest_runs_before_it_is_let_go(process, folder):
    qmp = await starting.connect(folder, process)
    status = await qmp.execute("query-status")
    assert status["running"] is False
    await qmp.close()


async def test_the_overlay_shows_the_package_and_takes_no_space(process, folder, disk):
    qmp = await starting.connect(folder, process)
    await starting.attach(qmp, disk, folder)
    assert await qmp.virtual_size("disk") == guests.DISK_BYTES
    assert (folder / folders.OVERLAY).stat().st_size < guests.MIB
    await qmp.close()


async def test_an_early_end_is_told_in_qemus_words(process, folder):
    await process.end()
    with pytest.raises(MachineFailed, match=r"did not start: .*SIGTERM|terminating"):
        await starting.connect(folder, process)


async def test_a_user_that_does_not_exist_is_a_failure(folder, disk):
    folders.make(folder)
    options = MachineOptions(run_as="no-such-user")
    plan = Plan(guests.domain(), disk, folder, options)
    with pytest.raises(MachineFailed, match="no-such-user"):
        starting.spawn(plan, UUID)
