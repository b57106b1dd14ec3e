"""The page's modules that need no page, in node."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_the_modules_do_what_their_tests_say():
    tests = sorted(str(path) for path in (HERE / "js").glob("*.test.js"))
    assert tests
    done = subprocess.run(
        ["node", "--test", *tests], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout
