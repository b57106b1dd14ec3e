from __future__ import annotations

import io
import os

import pytest

from vmnetx.launcher import notices
from vmnetx.launcher.notices import Terminal, Windows


class Screen(io.StringIO):
    def isatty(self):
        return True


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_a_terminal_shows_one_moving_bar(clock):
    screen = Screen()
    terminal = Terminal(screen, clock)
    terminal.progress(0.0)
    clock.now += 10
    terminal.progress(0.5)
    terminal.say("Ready.")
    last = screen.getvalue().rpartition("\r\x1b[K")
    assert screen.getvalue().count("\n") == 1
    assert last[0].endswith("50%  10 seconds")
    assert last[2] == "Ready.\n"


def test_a_log_gets_a_line_every_ten_seconds(clock):
    log = io.StringIO()
    terminal = Terminal(log, clock)
    for _ in range(25):
        terminal.progress(0.5)
        clock.now += 1
    assert log.getvalue().count("\n") == 3
    assert "\r" not in log.getvalue()


def test_a_bar_is_not_drawn_faster_than_it_is_seen(clock):
    screen = Screen()
    terminal = Terminal(screen, clock)
    for _ in range(100):
        terminal.progress(0.5)
    assert screen.getvalue().count("Loading") == 1


def test_the_next_start_has_a_time_of_its_own(clock):
    screen = Screen()
    terminal = Terminal(screen, clock)
    terminal.progress(0.1)
    clock.now += 100
    terminal.done()
    terminal.progress(0.5)
    assert screen.getvalue().endswith("calculating")


def test_a_server_s_text_commands_no_terminal():
    screen = Screen()
    Terminal(screen).fail("bad\x1b]0;title\x07 \x1b[2J\nnews\u202e")
    assert screen.getvalue() == "vmnetx: bad ]0;title [2J news\n"


@pytest.fixture
def desktop(tmp_path, monkeypatch):
    """A desktop whose zenity writes down what it is asked to show."""
    tool = tmp_path / "zenity"
    tool.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >{tmp_path}/shown\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("DISPLAY", ":12345")
    return tmp_path / "shown"


def test_after_a_click_a_failure_gets_a_window(desktop):
    people = notices.choose(io.StringIO())
    assert isinstance(people, Windows)
    people.fail("--no answer\nin time")
    assert desktop.read_text().splitlines() == [
        "--error",
        "--no-markup",
        "--title=VMNetX",
        "--text",
        "VMNetX: --no answer in time",
    ]


def test_on_a_terminal_there_are_no_windows(desktop):
    assert type(notices.choose(Screen())) is Terminal


def test_without_a_desktop_there_are_no_windows(desktop, monkeypatch):
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert type(notices.choose(io.StringIO())) is Terminal
