from __future__ import annotations

from vmnetx.server import capacity

GIB = 1024**3


def test_a_containers_limit_counts_where_it_is_smaller(tmp_path):
    limit = tmp_path / "memory.max"
    limit.write_text(f"{GIB // 8}\n")
    assert capacity.host_memory(limit) == GIB // 8


def test_no_limit_leaves_the_machines_memory(tmp_path):
    limit = tmp_path / "memory.max"
    limit.write_text("max\n")
    whole = capacity.host_memory(tmp_path / "none")
    assert capacity.host_memory(limit) == whole > GIB // 8


def test_a_part_of_the_memory_is_kept_for_the_host():
    assert 0 < capacity.memory_for_machines() < capacity.host_memory()


def test_every_core_carries_some_machines():
    assert capacity.usual_instances() >= capacity.MACHINES_PER_CORE
