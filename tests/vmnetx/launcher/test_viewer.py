from __future__ import annotations

import asyncio
import configparser
import os
import signal
import stat

import pytest

from vmnetx.launcher import viewer
from vmnetx.launcher.viewer import NotInstalled, Screen, Viewer

IN_TIME = 10


@pytest.fixture
def program(tmp_path):
    """Makes a viewer out of lines of shell; $1 is the title, $2 the .vv file."""

    def write(*lines):
        path = tmp_path / "program"
        path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
        path.chmod(0o755)
        return str(path)

    return write


@pytest.fixture
def screen(tmp_path):
    return Screen("A game", tmp_path / "spice.sock", password="id/code")


def read(text):
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    return parser["virt-viewer"]


def test_the_connection_file_says_where_and_the_password(screen):
    keys = read(viewer.connection_text(screen))
    assert keys["type"] == "spice"
    assert keys["unix-path"] == str(screen.socket)
    assert keys["password"] == "id/code"
    assert keys["delete-this-file"] == "1"
    assert keys["enable-usbredir"] == "0"


def test_no_value_brings_a_line_along(tmp_path):
    evil = "x\nunix-path=/etc/passwd\r[other]"
    text = viewer.connection_text(Screen("", tmp_path / "s", password=evil))
    assert read(text)["unix-path"] == str(tmp_path / "s")
    assert text.count("[") == 2  # the second one is inside of the password's line
    assert "\n[other]" not in text


def test_backslashes_and_spaces_are_what_they_are(tmp_path):
    text = viewer.connection_text(Screen("", tmp_path / "s", password=" a\\b"))
    assert "password=\\sa\\\\b\n" in text


async def test_the_file_is_this_user_s_and_the_password_on_no_command_line(
    tmp_path, program, screen
):
    opened = await Viewer.start(
        program('stat -c %a "$2"', 'cat "$2"', 'printf "%s\n" "$@"'), screen, tmp_path
    )
    assert await opened.wait() == 0
    lines = (tmp_path / viewer.LOG).read_text().splitlines()
    assert lines[0] == "600"
    assert "password=id/code" in lines
    arguments = lines[-2:]
    assert arguments == ["--title=A game", str(tmp_path / viewer.CONNECTION_FILE)]
    assert stat.S_IMODE((tmp_path / viewer.CONNECTION_FILE).stat().st_mode) == 0o600


async def test_a_vnc_viewer_gets_the_socket(tmp_path, program):
    screen = Screen("A game", tmp_path / "vnc.sock", "vnc")
    opened = await Viewer.start(program('echo "$@"'), screen, tmp_path)
    await opened.wait()
    assert opened.last_words() == str(screen.socket)


async def test_a_viewer_s_last_words_are_its_last_line(tmp_path, program, screen):
    opened = await Viewer.start(
        program("echo one", "echo cannot open display >&2", "echo", "exit 3"),
        screen,
        tmp_path,
    )
    assert await opened.wait() == 3
    assert opened.last_words() == "cannot open display"


async def test_a_viewer_that_does_not_go_is_ended(
    tmp_path, program, screen, monkeypatch
):
    monkeypatch.setattr(viewer, "TERM_SECONDS", 0.1)
    ready = tmp_path / "ready"
    os.mkfifo(ready)
    opened = await Viewer.start(
        program("trap '' TERM", f"echo >{ready}", "while :; do sleep 0.01; done"),
        screen,
        tmp_path,
    )
    async with asyncio.timeout(IN_TIME):
        await asyncio.to_thread(ready.read_bytes)
        await opened.close()
    assert await opened.wait() == -signal.SIGKILL
    await opened.close()


def test_who_has_no_viewer_is_told_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotInstalled, match="apt install virt-viewer"):
        viewer.find("spice")
    with pytest.raises(NotInstalled, match="my-viewer is not installed"):
        viewer.find("spice", "my-viewer")


async def test_a_viewer_that_cannot_be_run_is_as_good_as_none(tmp_path, screen):
    with pytest.raises(NotInstalled):
        await Viewer.start(str(tmp_path / "absent"), screen, tmp_path)
