from __future__ import annotations

import pytest

from vmnetx.errors import MachineFailed
from vmnetx.machine import binary


def test_the_version_is_known():
    assert binary.version()[0].isdecimal()


def test_spice_is_looked_for():
    assert binary.has_spice() in (True, False)


def test_a_missing_qemu_is_a_failure(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(MachineFailed, match="qemu-system-x86_64 is not installed"):
        binary.path.__wrapped__()
