from __future__ import annotations

import pytest

from vmnetx.errors import MachineFailed
from vmnetx.machine.screen import Pixels

RED, BLACK = b"\xff\0\0", bytes(3)


def test_a_pixel_is_found_by_its_place():
    screen = Pixels.parse(b"P6\n3 2\n255\n" + BLACK * 4 + RED + BLACK)
    assert (screen.width, screen.height) == (3, 2)
    assert screen.at(1, 1) == RED
    assert screen.at(2, 1) == BLACK
    assert screen.at(3, 1) is None
    assert screen.at(1, 2) is None


def test_one_lit_pixel_is_not_black():
    assert Pixels(2, 1, BLACK * 2).are_black
    assert not Pixels(2, 1, BLACK + b"\0\0\x01").are_black


@pytest.mark.parametrize("data", [b"", b"P5\n1 1\n255\n0", b"P6 1 1 65535 000000"])
def test_another_picture_is_a_failure(data):
    with pytest.raises(MachineFailed):
        Pixels.parse(data)
