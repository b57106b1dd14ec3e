"""The searches of test_finding.py and their excerpts, once more on PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.portal.postgresql import needs_postgresql

ROOT = Path(__file__).parents[4]
SECONDS = 300

pytestmark = needs_postgresql


def test_postgresql_finds_what_sqlite_finds(database):
    tests = Path(__file__).parent
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *("-p", "no:xdist", tests / "test_finding.py", tests / "test_matching.py"),
        ],
        cwd=ROOT,
        env={**os.environ, "OLIVE_DATABASE_URL": database},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout
