from __future__ import annotations

from vmnetx.launcher.desk import Desk
from vmnetx.launcher.notices import choose


def test_nobody_needs_to_know_of_a_start(tmp_path):
    desk = Desk(choose(), tmp_path)
    assert desk.on_started() is None
    assert desk.viewer is None
