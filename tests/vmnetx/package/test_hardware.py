from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from vmnetx.package.hardware import Disk, Domain, Interface, Video

MACHINE = Domain("machine", "uuid", 1024, Disk("hda", "ide", "raw"))


def test_the_first_video_card_shows_the_screen():
    assert MACHINE.video is None
    cards = (Video("qxl"), Video("vga"))
    assert replace(MACHINE, videos=cards).video == Video("qxl")


def test_a_machine_with_a_card_asks_for_the_network():
    assert MACHINE.network == "none"
    assert replace(MACHINE, interfaces=(Interface(),)).network == "user"


def test_a_machine_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        MACHINE.vcpus = 2
