from __future__ import annotations

import asyncio
import os
import signal
import time
from dataclasses import replace

import pytest

from tests.vmnetx.machine import guests
from tests.vmnetx.server.conftest import IN_TIME, becomes, machines
from vmnetx.errors import BadPackage, Full, Refused, Unreachable
from vmnetx.machine import reach
from vmnetx.machine.options import Limits, MachineOptions
from vmnetx.package.archive import write_package
from vmnetx.package.domain import render, template
from vmnetx.server import facts, wanted
from vmnetx.server.capacity import OVERHEAD_BYTES
from vmnetx.server.instance import Terms
from vmnetx.server.registry import FOLDER, Room, Wish

MIB = 1024**2


@pytest.fixture
def waiting(wish):
    """A wish for an instance that nobody starts."""
    return replace(wish, start=False)


async def test_an_instance_is_found_by_its_id_until_it_is_gone(registry, waiting):
    instance = await registry.create(waiting)
    assert registry.get(instance.id) is instance
    assert (instance.status, instance.name) == ("pending", "Echo")
    await instance.ended()
    assert registry.get(instance.id) is None


async def test_they_are_listed_in_the_order_of_their_creation(registry, waiting):
    made = [await registry.create(waiting) for _ in range(3)]
    assert list(registry) == made


async def test_nothing_of_an_instance_stays(registry, wish, data):
    instance = await registry.create(wish)
    await instance.running_machine(IN_TIME)
    assert len(machines(data)) == 1
    await instance.ended()
    assert machines(data) == []
    assert list((data / FOLDER).iterdir()) == []


async def test_an_instance_that_is_destroyed_while_it_starts_leaves_nothing(
    registry, wish, data
):
    instance = await registry.create(wish)
    await instance.ended()
    assert machines(data) == []
    assert list((data / FOLDER).iterdir()) == []


async def test_a_full_server_says_so_and_has_room_again(make_registry, waiting):
    registry = make_registry(Room(instances=1, memory_bytes=2**40))
    await registry.adopt()
    first = await registry.create(waiting)
    with pytest.raises(Full) as full:
        await registry.create(waiting)
    assert full.value.retry_after > 0
    await first.ended()
    await registry.create(waiting)


async def test_those_who_come_together_do_not_share_the_last_place(
    make_registry, waiting
):
    registry = make_registry(Room(instances=2, memory_bytes=2**40))
    await registry.adopt()
    creations = [registry.create(waiting) for _ in range(5)]
    results = await asyncio.gather(*creations, return_exceptions=True)
    assert [type(result) for result in results].count(Full) == 3
    assert len(list(registry)) == 2


async def test_a_failed_creation_gives_its_place_back(make_registry, waiting, packages):
    registry = make_registry(Room(instances=1, memory_bytes=2**40))
    await registry.adopt()
    for _ in range(2):
        with pytest.raises(BadPackage):
            await registry.create(Wish((packages / "disk.img").as_uri()))
    await registry.create(waiting)


async def test_memory_is_room_too(make_registry, waiting):
    one = 32 * MIB + OVERHEAD_BYTES
    registry = make_registry(Room(instances=9, memory_bytes=2 * one))
    await registry.adopt()
    await registry.create(waiting)
    await registry.create(waiting)
    with pytest.raises(Full, match="memory"):
        await registry.create(waiting)


async def test_a_disk_that_is_almost_full_takes_nobody(make_registry, waiting):
    registry = make_registry(Room(9, 2**40, free_disk_bytes=2**60))
    await registry.adopt()
    with pytest.raises(Full, match="disk"):
        await registry.create(waiting)
    assert list(registry) == []


class TestNetworks:
    """Whether QEMU reaches the host is asked in machine/test_reach.py."""

    @pytest.fixture
    def reaching(self, monkeypatch):
        async def reaches(run_as):
            return True

        monkeypatch.setattr(reach, "reaches_this_host", reaches)

    @pytest.fixture
    def closed(self, monkeypatch):
        async def reaches(run_as):
            return False

        monkeypatch.setattr(reach, "reaches_this_host", reaches)

    async def test_nobody_goes_out_where_the_host_is_open_to_them(
        self, registry, waiting, reaching
    ):
        with pytest.raises(Refused, match="lets no machine out"):
            await registry.create(replace(waiting, network="user"))
        assert list(registry) == []

    async def test_a_machine_without_a_card_goes_nowhere_anyway(
        self, registry, packages, reaching
    ):
        package = packages / "cardless.nxpk"
        raw = replace(template().disk, format="raw")
        machine = guests.domain(disk=raw, interfaces=())
        write_package(
            package,
            name="Cardless",
            domain_xml=render(machine),
            disk=packages / "disk.img",
        )
        made = await registry.create(Wish(package.as_uri(), network="user"))
        assert made.status == "pending"

    async def test_a_firewall_lets_machines_out(self, registry, waiting, closed):
        made = await registry.create(replace(waiting, network="user"))
        assert made.facts.network == "user"

    async def test_an_operator_may_decide_otherwise(
        self, make_registry, waiting, terms, reaching
    ):
        registry = make_registry(terms=replace(terms, user_network="open"))
        await registry.adopt()
        made = await registry.create(replace(waiting, network="user"))
        assert made.facts.network == "user"

    async def test_a_restricted_one_needs_no_firewall(
        self, registry, waiting, reaching
    ):
        made = await registry.create(replace(waiting, network="restricted"))
        assert made.facts.network == "restricted"


async def test_a_machine_over_the_limit_is_refused(make_registry, waiting):
    small = Terms(MachineOptions(limits=Limits(memory_bytes=16 * MIB)))
    registry = make_registry(terms=small)
    await registry.adopt()
    with pytest.raises(Refused, match="32 MiB"):
        await registry.create(waiting)
    assert list(registry) == []


async def test_a_url_that_nobody_allowed_is_refused(registry, tmp_path):
    for url in ("http://127.0.0.1/a.nxpk", (tmp_path / "a.nxpk").as_uri()):
        with pytest.raises(Refused):
            await registry.create(Wish(url))


async def test_a_closing_registry_creates_nothing(registry, waiting):
    await registry.close()
    with pytest.raises(Full):
        await registry.create(waiting)
    assert list(registry) == []


class TestAdoption:
    async def test_an_instance_without_a_machine_keeps_its_secrets(
        self, make_registry, registry, waiting
    ):
        known = await registry.create(waiting)
        heir = make_registry()
        await heir.adopt()
        assert [each.facts for each in heir] == [known.facts]
        assert next(iter(heir)).status == "pending"

    @pytest.fixture
    def inherit(self, make_registry, registry):
        """What the next server makes of the folder, the first one being killed."""

        async def inherit():
            for instance in registry:
                machine = instance._power.machine
                if machine is not None:
                    await machine._monitor.close()
                    machine._process.close()
                    # It is nobody's child any more.
                    machine._process._child.returncode = 0
            registry._instances.clear()
            heir = make_registry()
            await heir.adopt()
            return list(heir)

        return inherit

    async def test_a_machine_that_died_meanwhile_is_told_and_may_start_again(
        self, inherit, instance
    ):
        pid = instance._power.machine.pid
        instance._power.machine._process.close()
        os.kill(pid, signal.SIGKILL)
        await asyncio.to_thread(os.waitpid, pid, 0)
        (heir,) = await inherit()
        assert (heir.token, heir.status) == (instance.token, "failed")
        assert heir.detail.startswith("It ended while no server was here")
        heir.start()
        await heir.running_machine(IN_TIME)

    async def test_a_start_that_was_under_way_is_made_again(
        self, inherit, registry, waiting, data
    ):
        instance = await registry.create(waiting)
        wanted.write(data / FOLDER / instance.id, "on")
        (heir,) = await inherit()
        assert heir.status == "starting"
        await heir.running_machine(IN_TIME)

    async def test_a_stop_that_was_under_way_is_made_again(
        self, inherit, instance, data
    ):
        wanted.write(data / FOLDER / instance.id, "off")
        (heir,) = await inherit()
        await becomes(heir, "stopped")
        assert machines(data) == []

    async def test_an_end_that_was_under_way_is_made_again(
        self, inherit, instance, data
    ):
        wanted.write(data / FOLDER / instance.id, "gone")
        assert await inherit() == []
        assert machines(data) == []
        assert list((data / FOLDER).iterdir()) == []

    async def test_what_is_switched_off_stays_off_with_what_its_guest_wrote(
        self, inherit, instance, data
    ):
        overlay = data / FOLDER / instance.id / "run" / "overlay.qcow2"
        instance.stop()
        await becomes(instance, "stopped")
        before = overlay.read_bytes()
        (heir,) = await inherit()
        assert heir.status == "stopped"
        assert overlay.read_bytes() == before

    @pytest.mark.parametrize("content", ["", "{}", "[" * 9999])
    async def test_what_is_no_instance_is_removed(self, make_registry, data, content):
        spoilt = data / FOLDER / "AAAQEAYEAUDAOCAJ"
        spoilt.mkdir(parents=True)
        (spoilt / facts.FILENAME).write_text(content)
        registry = make_registry()
        await registry.adopt()
        assert list(registry) == []
        assert not spoilt.exists()


class TestIdleness:
    """Spec 9.10, with one second each."""

    @pytest.fixture
    def terms(self):
        return Terms(MachineOptions(spice=False), instance_timeout=1, gc_interval=1)

    async def test_an_instance_that_nobody_sees_goes_in_its_time(
        self, registry, waiting
    ):
        instance = await registry.create(waiting)
        begun = time.monotonic()
        collecting = asyncio.create_task(registry.collect())
        await becomes(instance, "terminating")
        collecting.cancel()
        assert 2 <= time.monotonic() - begun <= 3.5


async def test_a_folder_is_no_package(registry, packages):
    (packages / "folder.nxpk").mkdir(exist_ok=True)
    with pytest.raises(Unreachable):
        await registry.create(Wish((packages / "folder.nxpk").as_uri()))
