"""A viewer's life on its own; test_thin.py has it inside of a session."""

from __future__ import annotations

import asyncio

import pytest

from vmnetx.errors import MachineFailed
from vmnetx.launcher.desk import Desk
from vmnetx.launcher.notices import choose
from vmnetx.launcher.showing import Showing
from vmnetx.launcher.viewer import NotInstalled


@pytest.fixture
def showing(dial, folder):
    def make(*lines):
        program = folder / "viewer"
        program.write_text("\n".join(["#!/bin/sh", *lines, ""]))
        program.chmod(0o755)
        return Showing(dial, Desk(choose(), folder), str(program))

    return make


async def test_there_is_one_viewer_at_a_time(showing):
    one = showing("exec sleep 60")
    one.show("A game")
    life = one.life
    one.show("A game")
    assert one.life is life
    await one.hide()
    assert one.life is None
    assert life.done()
    await one.hide()


async def test_a_viewer_without_a_connection_was_not_closed_by_a_person(showing):
    one = showing("exit 0")
    one.show("A game")
    await one.life
    with pytest.raises(MachineFailed, match=r"got no connection \(exit code 0\)$"):
        one.was_closed("A game")


async def test_a_person_s_close_is_known_by_the_exit_code(showing):
    one = showing("exit 0")
    one.show("A game")
    await one.life
    one.channels.main.was_attached = True
    one.channels.main.ended_by = "viewer"
    assert one.was_closed("A game")
    assert one.life is None
    assert not one.was_closed("A game")


async def test_it_is_not_opened_again_while_the_machine_is_off(showing, guest):
    one = showing("exit 0")
    one.show("A game")
    await one.life
    one.channels.main.was_attached = True
    one.channels.main.ended_by = "server"
    touched = guest.touched
    assert not one.was_closed("A game")
    guest.was_touched.clear()
    await guest.was_touched.wait()
    await asyncio.wait([one.life], timeout=0.05)
    assert guest.touched > touched
    assert not one.life.done()
    await one.hide()


async def test_a_viewer_that_cannot_be_run_is_reported(dial, folder):
    one = Showing(dial, Desk(choose(), folder), "/absent/viewer")
    one.show("A game")
    await asyncio.wait([one.life])
    with pytest.raises(NotInstalled):
        one.was_closed("A game")
