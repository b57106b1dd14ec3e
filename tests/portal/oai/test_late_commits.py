"""Harvests against transactions of other processes, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.portal.postgresql import needs_postgresql

ROOT = Path(__file__).parents[3]
ROUNDS = os.environ.get("OLIVE_TEST_RACE_ROUNDS", "40")
SECONDS = 300


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=needs_postgresql)])
def address(request, tmp_path):
    if request.param == "postgresql":
        return request.getfixturevalue("database")
    return f"sqlite:///{tmp_path}/portal.sqlite3"


def test_no_harvester_is_left_wrong_by_other_processes(address, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tests.portal.oai.racing", ROUNDS],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "olive_portal.settings",
            "OLIVE_DATABASE_URL": address,
            # Holds the file of marks, which all of the processes share.
            "OLIVE_DATA": str(tmp_path),
        },
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
