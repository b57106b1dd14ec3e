from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from vmnetx.launcher import register


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in ("DATA", "CONFIG", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_DIRS", "/usr/share")
    return tmp_path


@pytest.fixture
def no_tools(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))


def entry(home):
    return home / "data/applications/vmnetx.desktop"


def test_both_files_are_written_where_desktops_look(home, no_tools, capsys):
    assert register.main([]) == 0
    assert capsys.readouterr().out == f"Registered in {home}/data\n"
    assert entry(home).stat().st_mode & 0o777 == 0o644
    assert (home / "data/mime/packages/vmnetx.xml").read_text() == register.MIME
    types = re.search("^MimeType=(.*);$", entry(home).read_text(), re.MULTILINE)
    assert types[1].split(";") == [
        "application/x-vmnetx-package",
        "application/x-vmnetx-reference+xml",
        "x-scheme-handler/vmnetx",
        "x-scheme-handler/vmnetx+http",
        "x-scheme-handler/vmnetx+https",
    ]


def test_missing_tools_are_named_and_no_failure(home, no_tools, capsys):
    assert register.main([]) == 0
    errors = capsys.readouterr().err
    for tool in ("update-mime-database", "update-desktop-database", "xdg-mime"):
        assert f"{tool} is not installed" in errors


def test_removing_leaves_nothing_and_may_be_repeated(home, no_tools):
    register.main([])
    for _ in range(2):
        assert register.main(["--remove"]) == 0
    assert [path for path in (home / "data").rglob("*") if path.is_file()] == []


def test_what_cannot_be_written_is_said(home, no_tools, capsys):
    (home / "data").write_text("a file where a folder should be")
    assert register.main([]) == 1
    assert "data" in capsys.readouterr().err


def test_everybody_s_folder_is_used_when_asked_for(
    home, no_tools, monkeypatch, tmp_path
):
    monkeypatch.setattr(register, "SYSTEM_DATA", tmp_path / "local")
    assert register.main(["--system"]) == 0
    assert (tmp_path / "local/applications/vmnetx.desktop").exists()
    assert not entry(home).exists()


def test_the_command_in_the_entry_runs_from_any_folder(tmp_path):
    line = re.search("^Exec=(.*) %u$", register.desktop_entry(), re.MULTILINE)
    done = subprocess.run(
        [*shlex.split(line[1]), "--help"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    assert "LOCATION" in done.stdout, done.stderr


@pytest.mark.parametrize(
    ("word", "quoted"),
    [
        ("/usr/bin/python3", "/usr/bin/python3"),
        ("/a b/python", '"/a b/python"'),
        ("/100%/python", "/100%%/python"),
        ('/a"b', '"/a\\\\"b"'),
        ("/a$b", '"/a\\\\$b"'),
        ("/ü", '"/ü"'),
    ],
)
def test_arguments_are_quoted_as_the_specification_says(word, quoted):
    assert register._quoted(word) == quoted


def test_our_entry_alone_is_taken_from_the_associations():
    before = (
        "[Default Applications]\n"
        "text/html=firefox.desktop\n"
        "x-scheme-handler/vmnetx=vmnetx.desktop\n"
        "application/x-vmnetx-package=vmnetx.desktop;other.desktop;\n"
    )
    assert register.forget(before) == (
        "[Default Applications]\n"
        "text/html=firefox.desktop\n"
        "application/x-vmnetx-package=other.desktop;\n"
    )


def needs(*tools):
    missing = [tool for tool in tools if shutil.which(tool) is None]
    return pytest.mark.skipif(bool(missing), reason=f"without {missing}")


@needs("desktop-file-validate")
def test_the_entry_is_valid(tmp_path):
    path = tmp_path / "vmnetx.desktop"
    path.write_text(register.desktop_entry())
    done = subprocess.run(
        ["desktop-file-validate", path], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "")


@needs("update-mime-database", "update-desktop-database", "xdg-mime")
def test_a_click_finds_us_and_after_removal_nobody(home, capsys):
    assert register.main([]) == 0
    assert capsys.readouterr().err == ""
    package = home / "game.nxpk"
    package.touch()
    for kind in register.MEDIA_TYPES:
        assert handler(kind) == "vmnetx.desktop"
    assert "*.nxpk" in (home / "data/mime/globs2").read_text()
    assert register.main(["--remove"]) == 0
    for kind in register.MEDIA_TYPES:
        assert handler(kind) == ""
    assert "*.nxpk" not in (home / "data/mime/globs2").read_text()


def handler(kind):
    asked = ["xdg-mime", "query", "default", kind]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_an_installed_package_needs_no_path(monkeypatch):
    place = "/usr/lib/python3/dist-packages/vmnetx/__init__.py"
    monkeypatch.setattr(register.vmnetx, "__file__", place)
    assert register._command() == f"{sys.executable} -m vmnetx open"
    assert Path(place).parts[-3] == "dist-packages"
