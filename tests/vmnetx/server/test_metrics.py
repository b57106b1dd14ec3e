from __future__ import annotations

from types import SimpleNamespace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.vmnetx.server.conftest import IN_TIME, becomes
from vmnetx.server.capacity import OVERHEAD_BYTES
from vmnetx.server.metrics import STATUSES, Metrics

MIB = 1024**2


@pytest.fixture
def metrics(registry):
    return Metrics(
        registry, SimpleNamespace(connections=3), SimpleNamespace(connections=2)
    )


def figures(metrics):
    """What Prometheus makes of the text: each sample's labels and value."""
    families = text_string_to_metric_families(metrics.text().decode())
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


async def test_what_is_there_is_read_when_asked(metrics, registry, wish):
    assert figures(metrics)["vmnetx_memory_bytes",] == 0
    instance = await registry.create(wish)
    now = figures(metrics)
    assert now["vmnetx_instances", "starting"] == 1
    assert now["vmnetx_memory_bytes",] == 32 * MIB + OVERHEAD_BYTES
    assert now["vmnetx_instances_limit",] == registry.room.instances
    assert now["vmnetx_gateway_connections",] == 3
    assert now["vmnetx_viewer_connections",] == 2
    await instance.running_machine(IN_TIME)
    assert figures(metrics)["vmnetx_instances", "running"] == 1


async def test_every_status_has_its_figure_also_when_nobody_is_there(metrics):
    now = figures(metrics)
    assert {now["vmnetx_instances", status] for status in STATUSES} == {0}


async def test_what_happens_is_counted(metrics, registry, wish):
    instance = await registry.create(wish)
    metrics.watch(instance)
    await instance.running_machine(IN_TIME)
    instance.stop()
    await becomes(instance, "stopped")
    now = figures(metrics)
    assert now["vmnetx_machine_events_total", "vm-started"] == 1
    assert now["vmnetx_machine_events_total", "vm-stopped"] == 1


async def test_creations_are_counted_by_their_answer(metrics):
    metrics.count_creation(200)
    metrics.count_creation(503)
    assert figures(metrics)["vmnetx_creations_total", "503"] == 1
