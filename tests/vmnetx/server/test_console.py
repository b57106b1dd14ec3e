"""The operator's commands against a real server process."""

from __future__ import annotations

import re

import pytest

from tests.vmnetx.server.conftest import KEY, ServerProcess, eventually
from vmnetx import __version__
from vmnetx.__main__ import main
from vmnetx.server.console import status


@pytest.fixture(scope="module")
def server(packages, tmp_path_factory):
    process = ServerProcess(tmp_path_factory.mktemp("s"), packages)
    yield process
    process.ends()


@pytest.fixture(autouse=True)
def environment(server, monkeypatch):
    monkeypatch.setenv("VMNETX_SERVER", f"http://127.0.0.1:{server.control_port}")
    monkeypatch.setenv("VMNETX_SECRET_KEY", KEY)


def test_a_machine_is_created_listed_and_destroyed(packages, capsys):
    url = (packages / "echo.nxpk").as_uri()
    assert main(["create", "-u", "alice", url]) == 0
    made = capsys.readouterr().out
    found = re.fullmatch(r"vmnetx://127\.0\.0\.1:\d+/([A-Z2-7]{16})/\S{20}\n", made)
    assert found

    assert main(["status"]) == 0
    header, row = capsys.readouterr().out.splitlines()
    assert header.split() == ["ID", "VM", "name", "User", "Status", "Last", "seen"]
    assert row.startswith(f"{found[1]}  Echo ")
    assert "alice" in row

    assert main(["destroy", found[1]]) == 0
    assert capsys.readouterr() == ("", "")


def test_a_mistyped_machine_is_not_taken_for_destroyed(capsys):
    assert main(["destroy", "AAAQEAYEAUDAOCAJ"]) == 1
    assert capsys.readouterr().err == "vmnetx: There is no such instance\n"


def test_no_machines_are_a_sentence(server, capsys):
    eventually(lambda: server.client.instances() == [])
    assert main(["status"]) == 0
    assert capsys.readouterr().out == "No instances exist\n"


def test_the_version_is_told(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"vmnetx {__version__}\n"


def test_a_refusal_is_said_on_stderr(capsys):
    assert main(["create", "https://elsewhere.example/a.nxpk"]) == 1
    assert capsys.readouterr().err.startswith("vmnetx: ")


def test_a_wrong_key_is_said(monkeypatch, capsys):
    monkeypatch.setenv("VMNETX_SECRET_KEY", "another")
    assert main(["status"]) == 1
    assert "Incorrect secret key" in capsys.readouterr().err


def test_a_server_that_is_not_there_is_said(capsys):
    assert status(["-S", "http://127.0.0.1:9"]) == 1
    assert "did not answer" in capsys.readouterr().err


def test_an_unknown_command_shows_those_that_exist(capsys):
    assert main(["explode"]) == 2
    assert "status" in capsys.readouterr().err
