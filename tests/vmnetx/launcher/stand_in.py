"""A viewer that stands in for a person's: a script, told what remote-viewer is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
# Connects to where the connection file says.
BEGIN = """\
import configparser, os, socket, sys
keys = configparser.ConfigParser(interpolation=None)
keys.read(sys.argv[2])
os.unlink(sys.argv[2])
channel = socket.socket(socket.AF_UNIX)
channel.connect(keys["virt-viewer"]["unix-path"])
"""
UNTIL_THE_END = "while channel.recv(4096): pass\n"


def viewer(folder, script):
    """The program's path. Its script is v.py beside it, which a test may rewrite."""
    (folder / "v.py").write_text(script)
    program = folder / "viewer"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -IS {folder}/v.py "$@"\n')
    program.chmod(0o755)
    return program


def open_link(link, folder, *, script, seconds):
    """The launcher's whole run on a link, with a cache of its own in `folder`/xdg."""
    return subprocess.run(
        [
            *(sys.executable, "-m", "vmnetx", "open", link),
            *("--viewer", str(viewer(folder, script)), "--accelerator", "tcg"),
        ],
        cwd=ROOT,
        env=os.environ | {"XDG_CACHE_HOME": str(folder / "xdg"), "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
