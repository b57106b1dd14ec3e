"""Figures for Prometheus (docs/reference/control-api.md). They name nobody.

What is, is read when somebody asks; what happened is counted when it does.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from vmnetx.server.instance import Instance
from vmnetx.server.registry import Room
from vmnetx.wire.messages import Event, StartupProgress

CONTENT_TYPE: Final = "text/plain; version=0.0.4"
STATUSES: Final = (
    *("pending", "stopped", "starting", "running", "stopping"),
    *("failed", "terminating"),
)


class Instances(Protocol):
    """All that there are, and the room that they have: registry.Registry."""

    room: Room

    def __iter__(self) -> Iterator[Instance]: ...

    @property
    def memory_bytes(self) -> int: ...


class Connected(Protocol):
    """The gateway, and the viewer's WebSocket."""

    @property
    def connections(self) -> int: ...


class Metrics(Collector):
    """One server's figures, apart from those of another in the same process."""

    def __init__(
        self, instances: Instances, gateway: Connected, viewer: Connected
    ) -> None:
        self._instances = instances
        self._connected = {"gateway": gateway, "viewer": viewer}
        self._registry = CollectorRegistry()
        self._registry.register(self)
        self._creations = Counter(
            "vmnetx_creations",
            "Wishes for an instance, by the status of the answer",
            ["status"],
            registry=self._registry,
        )
        self._events = Counter(
            "vmnetx_machine_events",
            "What happened to machines, by the protocol's name of it",
            ["event"],
            registry=self._registry,
        )
        for instance in instances:
            self.watch(instance)

    def count_creation(self, status: int) -> None:
        self._creations.labels(str(status)).inc()

    def watch(self, instance: Instance) -> None:
        """Count what happens to it from now on."""
        instance.subscribe(self._hear)

    def _hear(self, event: Event) -> None:
        if not isinstance(event, StartupProgress):
            self._events.labels(event.kind).inc()

    def text(self) -> bytes:
        """As Prometheus reads it."""
        return generate_latest(self._registry)

    def collect(self) -> Iterable[Metric]:
        """For the library: what is, now."""
        room = self._instances.room
        yield self._by_status()
        yield _gauge("vmnetx_instances_limit", "The most at once", room.instances)
        taken = self._instances.memory_bytes
        yield _gauge("vmnetx_memory_bytes", "Promised to instances", taken)
        yield _gauge("vmnetx_memory_limit_bytes", "For instances", room.memory_bytes)
        for name, part in self._connected.items():
            about = f"Connections to the {name}"
            yield _gauge(f"vmnetx_{name}_connections", about, part.connections)

    def _by_status(self) -> Metric:
        family = GaugeMetricFamily(
            "vmnetx_instances", "Instances by status", labels=["status"]
        )
        tally = Tally(instance.status for instance in self._instances)
        for status in STATUSES:
            family.add_metric([status], tally[status])
        return family


def _gauge(name: str, about: str, value: int) -> Metric:
    return GaugeMetricFamily(name, about, value=value)
