from __future__ import annotations

import dataclasses
import os

import pytest

from tests.vmnetx.machine import guests
from vmnetx.errors import Refused
from vmnetx.machine.options import MIB, Limits, MachineOptions


def test_too_much_memory_is_refused_with_both_numbers():
    domain = dataclasses.replace(guests.domain(), memory_bytes=129 * MIB)
    with pytest.raises(Refused, match=r"wants 129 MiB of memory; .* allows 128 MiB"):
        Limits(memory_bytes=128 * MIB).check(domain)
    Limits(memory_bytes=129 * MIB).check(domain)


def test_too_many_processors_are_refused_with_both_numbers():
    domain = guests.domain(vcpus=3)
    with pytest.raises(Refused, match=r"wants 3 processors; .* allows 2"):
        Limits(vcpus=2).check(domain)
    Limits(vcpus=3).check(domain)


def test_root_does_not_run_machines_as_root():
    wanted = "nobody" if os.geteuid() == 0 else None
    assert MachineOptions().run_as == wanted


def test_a_network_is_not_given_by_default():
    assert MachineOptions().network == "none"
