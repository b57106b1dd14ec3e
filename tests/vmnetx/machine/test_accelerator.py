from __future__ import annotations

import json

import pytest

from vmnetx.errors import MachineFailed
from vmnetx.machine import accelerator

USER = None


@pytest.fixture
def measured(monkeypatch):
    """What each accelerator needs, in seconds; asked ones are noted."""
    seconds = {"tcg": 2.0, "kvm": 1.0, "asked": []}

    async def measure(name, *, run_as, within):
        seconds["asked"].append(name)
        taken = seconds[name]
        return taken if taken is not None and taken <= within else None

    monkeypatch.setattr(accelerator, "measure", measure)
    return seconds


@pytest.fixture
def kvm(monkeypatch, tmp_path):
    """A device file, whatever this host has."""
    path = tmp_path / "kvm"
    path.touch()
    monkeypatch.setattr("vmnetx.machine.process.KVM", path)
    return path


async def choose(tmp_path, wanted="auto"):
    return await accelerator.choose(wanted, cache=tmp_path / "accel", run_as=USER)


async def test_the_guest_really_runs_and_says_it_is_done():
    seconds = await accelerator.measure("tcg", run_as=USER, within=30)
    assert seconds > 0.05


async def test_a_guest_that_takes_too_long_is_ended():
    assert await accelerator.measure("tcg", run_as=USER, within=0.01) is None


async def test_an_accelerator_that_does_not_exist_has_no_time():
    assert await accelerator.measure("xen", run_as=USER, within=30) is None


@pytest.mark.parametrize(
    ("seconds", "faster"), [(1.0, "kvm"), (3.0, "tcg"), (None, "tcg")]
)
async def test_the_faster_one_is_taken(tmp_path, measured, kvm, seconds, faster):
    measured["kvm"] = seconds
    assert await choose(tmp_path) == faster


async def test_kvm_is_not_tried_where_there_is_none(tmp_path, measured, kvm):
    kvm.unlink()
    assert await choose(tmp_path) == "tcg"
    assert measured["asked"] == ["tcg"]


async def test_the_answer_is_kept(tmp_path, measured, kvm):
    assert [await choose(tmp_path), await choose(tmp_path)] == ["kvm", "kvm"]
    assert measured["asked"] == ["tcg", "kvm"]


@pytest.mark.parametrize("spoilt", ["", "[]", '{"key": "another kernel"}'])
async def test_an_answer_for_another_host_is_measured_again(
    tmp_path, measured, kvm, spoilt
):
    (tmp_path / "accel").write_text(spoilt)
    assert await choose(tmp_path) == "kvm"
    assert json.loads((tmp_path / "accel").read_text())["seconds"] == [2.0, 1.0]


async def test_a_cache_that_cannot_be_written_is_only_slower(tmp_path, measured, kvm):
    lost = tmp_path / "lost" / "accel"
    assert await accelerator.choose("auto", cache=lost, run_as=USER) == "kvm"


@pytest.mark.parametrize("wanted", ["kvm", "tcg"])
async def test_a_wish_is_not_measured(tmp_path, measured, wanted):
    assert await choose(tmp_path, wanted) == wanted
    assert measured["asked"] == []


async def test_a_qemu_that_runs_nothing_is_a_failure(tmp_path, measured, kvm):
    measured["tcg"] = None
    with pytest.raises(MachineFailed, match="TCG"):
        await choose(tmp_path)
