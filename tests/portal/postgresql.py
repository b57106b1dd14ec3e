"""A PostgreSQL server of our own, where Debian's packages have put the programs."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
SECONDS = 300

needs_postgresql = pytest.mark.skipif(
    not PROGRAMS or (os.getuid() == 0 and not shutil.which("setpriv")),
    reason="needs Debian's postgresql; script/test installs it where it may",
)


def run(name, *arguments):
    """PostgreSQL runs as anybody but root."""
    lowered = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    command = [PROGRAMS[-1] / name, *arguments]
    subprocess.run(
        [*lowered, *command] if os.getuid() == 0 else command,
        cwd="/",
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=SECONDS,
    )


@contextmanager
def serving():
    """The address of a server of our own.

    Not in pytest's folder, which pytest closes to every user but its own.
    """
    with tempfile.TemporaryDirectory(prefix="olive-pg-") as name:
        folder = Path(name)
        if os.getuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        data = folder / "data"
        run("initdb", "-D", data, "-A", "trust", "-U", "olive", "-E", "UTF8", "-N")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        run("pg_ctl", "-D", data, "-w", "-o", options, "-l", folder / "log", "start")
        try:
            yield f"postgres://olive@{name.replace('/', '%2F')}/postgres"
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "stop")
