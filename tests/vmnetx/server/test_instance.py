from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.vmnetx.server.conftest import IN_TIME, becomes
from vmnetx.errors import Absent, MachineFailed, Refused
from vmnetx.server.gateway_instance import GatewayInstance, find
from vmnetx.wire.messages import VmDestroyed, VmStarted, VmStopped


@pytest.fixture
async def pending(registry, wish):
    return await registry.create(wish.__class__(wish.url))


async def test_it_is_what_the_gateway_asks_for(pending, registry):
    seen: GatewayInstance = pending
    assert find(registry.get, pending.token) is seen
    assert find(registry.get, pending.token[:-1]) is None
    assert (seen.name, seen.state, seen.limit_mouse_rate) == ("Echo", "stopped", None)
    assert (seen.timeout_min, seen.timeout_max) == (300, 305)


async def test_it_is_pending_until_somebody_authenticates(pending):
    assert pending.status == "pending"
    await pending.prepare()
    assert pending.status == "stopped"


@pytest.mark.parametrize(
    ("timeout", "interval", "most"), [(300, 5, 305), (2, 1, 3)], ids=["usual", "short"]
)
async def test_it_is_idle_strictly_after_the_longest_time_unseen(
    registry, wish, timeout, interval, most
):
    """Spec 9.10's table; the clients are told both bounds."""
    registry._terms = replace(
        registry._terms, instance_timeout=timeout, gc_interval=interval
    )
    instance = await registry.create(replace(wish, start=False))
    instance.touch()
    now = time.monotonic()
    assert (instance.timeout_min, instance.timeout_max) == (timeout, most)
    assert not instance.is_idle(now + most - 0.1)
    assert instance.is_idle(now + most + 0.1)


async def test_no_change_of_the_wall_clock_ends_an_instance(pending, monkeypatch):
    """In the original it did (10.2.9)."""

    class Tomorrow(datetime):
        @classmethod
        def now(cls, zone):
            return datetime.now(zone) + timedelta(days=1)

    monkeypatch.setattr("vmnetx.server.instance.datetime", Tomorrow)
    assert not pending.is_idle(time.monotonic())


async def test_a_viewer_is_a_sign_of_life(pending):
    before = datetime.now(UTC)
    with pending.watching():
        assert not pending.is_idle(time.monotonic() + 1000)
    assert not pending.is_idle(time.monotonic() + 304)
    assert pending.is_idle(time.monotonic() + 306)
    assert pending.last_seen >= before


async def test_listeners_hear_what_happens_and_the_end_last(pending):
    heard, others = [], []
    pending.subscribe(heard.append)
    unsubscribe = pending.subscribe(others.append)
    pending.start()
    await pending.running_machine(IN_TIME)
    unsubscribe()
    pending.stop()
    await becomes(pending, "stopped")
    await pending.ended()
    assert heard == [VmStarted(check_display=False), VmStopped(), VmDestroyed()]
    assert others == [VmStarted(check_display=False)]


async def test_nothing_begins_at_the_end(pending):
    pending.destroy()
    pending.destroy()
    assert pending.status == "terminating"
    for ask in (pending.start, pending.stop, pending.restart):
        with pytest.raises(Refused):
            ask()
    with pytest.raises(Refused):
        pending.subscribe(print)
    with pytest.raises(Absent):
        await pending.running_machine(IN_TIME)


async def test_who_comes_early_waits_for_the_machine(pending):
    waiting = asyncio.create_task(pending.running_machine(IN_TIME))
    with pytest.raises(MachineFailed):
        await waiting
    pending.start()
    machine = await pending.running_machine(IN_TIME)
    assert machine.vnc_socket.is_socket()


async def test_who_waits_hears_of_the_end(pending):
    pending.start()
    waiting = asyncio.create_task(pending.running_machine(IN_TIME))
    await asyncio.sleep(0)
    pending.destroy()
    with pytest.raises(Absent):
        await waiting


async def test_a_screen_is_a_png(instance):
    assert (await instance.screenshot()).startswith(b"\x89PNG\r\n")
    instance.stop()
    with pytest.raises(MachineFailed):
        await instance.screenshot()


async def test_its_text_shows_no_secret(pending):
    assert pending.facts.auth_code not in repr(pending)
    assert pending.facts.viewer_token not in repr(pending)


async def test_spice_is_had_only_where_it_is(pending):
    with pytest.raises(MachineFailed):
        await pending.open_spice()
