"""How much this host can carry, asked of the host itself."""

from __future__ import annotations

import os
from pathlib import Path

# Machines that are watched by people idle most of the time, so cores are shared; memory
# is not, and the host keeps a quarter for itself and its page cache.
MACHINES_PER_CORE = 8
SHARE_FOR_MACHINES = 0.75
# What a QEMU process needs above its guest's memory: video memory, buffers, code.
OVERHEAD_BYTES = 64 * 1024 * 1024
CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")


def host_memory(cgroup_limit: Path = CGROUP_LIMIT) -> int:
    """Bytes of memory this process may use: the machine's, or its container's."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = cgroup_limit.read_text().strip()
    except OSError:
        return memory
    return min(memory, int(limit)) if limit.isdecimal() else memory


def memory_for_machines() -> int:
    return int(host_memory() * SHARE_FOR_MACHINES)


def usual_instances() -> int:
    return MACHINES_PER_CORE * len(os.sched_getaffinity(0))
