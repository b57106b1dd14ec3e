"""`python -m vmnetx register`: clicks on links and packages open them (spec 3.3)."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import vmnetx
from vmnetx.launcher.notices import one_line

DESKTOP_FILE: Final = "vmnetx.desktop"
MIME_FILE: Final = "vmnetx.xml"
SYSTEM_DATA: Final = Path("/usr/local/share")
TOOL_SECONDS: Final = 60
MEDIA_TYPES: Final = (
    "application/x-vmnetx-package",
    "application/x-vmnetx-reference+xml",
    "x-scheme-handler/vmnetx",
    "x-scheme-handler/vmnetx+http",
    "x-scheme-handler/vmnetx+https",
)
MIME: Final = """\
<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="application/x-vmnetx-package">
    <comment>VMNetX package</comment>
    <glob pattern="*.nxpk"/>
  </mime-type>
  <mime-type type="application/x-vmnetx-reference+xml">
    <comment>VMNetX reference</comment>
    <sub-class-of type="application/xml"/>
    <glob pattern="*.netx"/>
  </mime-type>
</mime-info>
"""


def main(arguments: Sequence[str]) -> int:
    """Register or, with --remove, forget; return the exit code."""
    options = _parser().parse_args(arguments)
    data = SYSTEM_DATA if options.system else data_home()
    try:
        if options.remove:
            remove(data)
        else:
            write(data)
    except OSError as error:
        sys.stderr.write(f"vmnetx: {error.filename}: {error.strerror}\n")
        return 1
    _refresh(data)
    if not options.system:
        _set_default(is_removed=options.remove)
    done = "Removed from" if options.remove else "Registered in"
    sys.stdout.write(f"{done} {data}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m vmnetx register",
        description="Let clicks on vmnetx: links, .nxpk and .netx files open them.",
    )
    parser.add_argument(
        "--system", action="store_true", help=f"for everybody, in {SYSTEM_DATA}"
    )
    parser.add_argument("--remove", action="store_true", help="undo it")
    return parser


def data_home() -> Path:
    """Return this person's folder for applications' data."""
    return Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser()


def config_home() -> Path:
    """Return this person's folder for settings."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser()


def desktop_entry() -> str:
    """Return the .desktop file: what is run for a link or a file, %u."""
    return "\n".join(
        [
            "[Desktop Entry]",
            "Type=Application",
            "Version=1.0",
            "Name=VMNetX",
            "Comment=Open preserved software as virtual machines",
            "Icon=computer",
            f"Exec={_command()} %u",
            "Terminal=false",
            "NoDisplay=true",
            "Categories=System;Emulator;",
            f"MimeType={';'.join(MEDIA_TYPES)};",
            "",
        ]
    )


def _command() -> str:
    """The Python that runs this, told where the package is: a click has no folder."""
    folder = Path(vmnetx.__file__).resolve().parents[1]
    words = [sys.executable, "-m", "vmnetx", "open"]
    if folder.name not in {"site-packages", "dist-packages"}:
        words = ["env", f"PYTHONPATH={folder}", *words]
    return " ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    """As the Desktop Entry Specification wants arguments: quoted, then escaped."""
    word = word.replace("%", "%%")
    if word.isascii() and all(char.isalnum() or char in "-_./=+:@%," for char in word):
        return word
    for char in '\\"`$':
        word = word.replace(char, f"\\{char}")
    return '"' + word.replace("\\", "\\\\") + '"'


def write(data: Path) -> None:
    """Put both files below `data`. Raises OSError."""
    _put(data / "applications" / DESKTOP_FILE, desktop_entry())
    _put(data / "mime" / "packages" / MIME_FILE, MIME)


def remove(data: Path) -> None:
    """Take both files away; what is not there is fine. Raises OSError."""
    (data / "applications" / DESKTOP_FILE).unlink(missing_ok=True)
    (data / "mime" / "packages" / MIME_FILE).unlink(missing_ok=True)


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text)
        draft.chmod(0o644)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _refresh(data: Path) -> None:
    """Desktops read indexes of these folders; the tools that make them may be
    missing, and some desktops do without."""
    for tool, folder in (
        ("update-mime-database", data / "mime"),
        ("update-desktop-database", data / "applications"),
    ):
        if folder.is_dir():
            _run(tool, str(folder))


def _set_default(*, is_removed: bool) -> None:
    if not is_removed:
        _run("xdg-mime", "default", DESKTOP_FILE, *MEDIA_TYPES)
        return
    # xdg-mime has no word for it.
    for path in (config_home() / "mimeapps.list", data_home() / "mimeapps.list"):
        if path.is_file():
            _put(path, forget(path.read_text()))


def forget(associations: str) -> str:
    """Return the text of a mimeapps.list without our entry."""
    kept = []
    for line in associations.splitlines():
        key, equals, names = line.partition("=")
        others = [n for n in names.split(";") if n and n != DESKTOP_FILE]
        if not equals or DESKTOP_FILE not in names:
            kept.append(line)
        elif others:
            kept.append(f"{key}={';'.join(others)};")
    return "\n".join([*kept, ""])


def _run(tool: str, *arguments: str) -> None:
    path = shutil.which(tool)
    if path is None:
        sys.stderr.write(f"vmnetx: {tool} is not installed; it was left out\n")
        return
    try:
        done = subprocess.run(  # noqa: S603
            [path, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TOOL_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        sys.stderr.write(f"vmnetx: {tool}: {error}\n")
        return
    if done.returncode:
        sys.stderr.write(f"vmnetx: {tool}: {one_line(done.stderr)}\n")
