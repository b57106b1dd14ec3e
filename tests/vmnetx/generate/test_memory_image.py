from __future__ import annotations

from dataclasses import replace

import pytest

from tests.vmnetx.machine import guests
from vmnetx.errors import MachineFailed
from vmnetx.generate import memory_image
from vmnetx.generate.memory_image import Subject, Wish
from vmnetx.generate.moment import Moment
from vmnetx.machine import resuming
from vmnetx.machine.options import MachineOptions
from vmnetx.package import binding
from vmnetx.package.archive import Member
from vmnetx.package.domain import render
from vmnetx.package.source import LocalFile

DOMAIN = guests.domain(disk=replace(guests.domain().disk, format="raw"))


@pytest.fixture
def make_subject(tmp_path):
    def make(sector):
        disk = tmp_path / "disk.img"
        disk.write_bytes(guests.image(sector))
        return Subject("Echo", DOMAIN, render(DOMAIN), disk, tmp_path)

    return make


def wish(text):
    return Wish(Moment(text, seconds=0), "tcg", "raw")


def test_a_disk_that_the_guest_left_alone_stays_as_it_is(make_subject):
    said = []
    subject = make_subject(guests.echoing())
    taken = memory_image.take(subject, wish("READY"), said.append)
    assert taken.disk == subject.disk
    assert said[0] == "Echo: waiting for 'READY' on its screen"
    assert said[1].startswith("Echo: saving its memory, ")
    source = LocalFile(taken.memory)
    _, area = binding.read_head(source, Member("memory.img", 0, source.size))
    source.close()
    here = resuming.binding_here(DOMAIN, MachineOptions())
    assert binding.find(area.xml) == here


def test_what_the_guest_wrote_before_is_in_the_packages_disk(make_subject):
    said = []
    subject = make_subject(guests.writing())
    before = subject.disk.read_bytes()
    taken = memory_image.take(subject, wish("WROTE"), said.append)
    after = taken.disk.read_bytes()
    assert subject.disk.read_bytes() == before
    assert len(after) == guests.DISK_BYTES
    assert after[:512] == after[512:1024] == guests.writing()
    assert "as after a power cut" in said[-1]


def test_a_screen_that_is_black_is_not_saved(make_subject, tmp_path):
    subject = make_subject(guests.dark())
    with pytest.raises(MachineFailed, match="black"):
        memory_image.take(subject, wish("~"), lambda _: None)
    assert not (tmp_path / "memory.img").exists()
