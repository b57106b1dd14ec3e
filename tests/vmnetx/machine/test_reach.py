from __future__ import annotations

import shutil
import subprocess

import pytest

from vmnetx.errors import MachineFailed
from vmnetx.machine import binary, reach
from vmnetx.machine.options import MachineOptions

CAN_SEPARATE = (
    shutil.which("unshare") is not None
    and subprocess.run(["unshare", "--net", "true"], check=False).returncode == 0
)
USER = MachineOptions().run_as


@pytest.fixture
def as_qemu(tmp_path, monkeypatch):
    """Puts a script in QEMU's place, which any user may run."""

    def replace(line):
        script = tmp_path / "qemu"
        script.write_text(f"#!/bin/sh\n{line}\n")
        script.chmod(0o755)
        monkeypatch.setattr(binary, "path", lambda: str(script))

    return replace


async def test_nothing_keeps_qemu_from_the_services_of_an_open_host():
    assert await reach.reaches_this_host(USER)


@pytest.mark.skipif(not CAN_SEPARATE, reason="no network namespaces here")
async def test_a_qemu_that_cannot_reach_the_host_is_believed(as_qemu):
    """As a firewall rule for its user would have it."""
    as_qemu(f'exec unshare --net {binary.path()} "$@"')
    assert not await reach.reaches_this_host(None)


async def test_a_qemu_that_says_nothing_is_no_answer(as_qemu, monkeypatch):
    monkeypatch.setattr(reach, "ANSWER_SECONDS", 0.1)
    as_qemu("exec sleep 60")
    with pytest.raises(MachineFailed):
        await reach.reaches_this_host(None)
