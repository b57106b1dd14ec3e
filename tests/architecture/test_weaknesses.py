"""Every weakness of 2015 is in the manual, with tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/reference/2015-weaknesses.md"
COUNTS = {1: 18, 2: 11, 3: 10, 4: 6, 5: 6}


def rows():
    """The number of each weakness, and the tests that its row names."""
    for line in PAGE.read_text().splitlines():
        number, *cells = line.strip("|").split("|")
        if re.fullmatch(r" 10\.\d\.\d+ ", number):
            yield number.strip(), re.findall(r"`([^`]+)::(\w+)`", cells[-1])


def test_every_weakness_of_2015_is_in_the_manual_once():
    wanted = [f"10.{part}.{n + 1}" for part in COUNTS for n in range(COUNTS[part])]
    assert [number for number, _ in rows()] == wanted


def test_every_weakness_of_2015_has_tests_that_exist():
    missing = []
    for number, named in rows():
        assert named, number
        for path, test in named:
            source = (ROOT / "tests" / path).read_text()
            if not re.search(rf"^\s*(?:async )?def {test}\(", source, re.MULTILINE):
                missing.append(f"{number}: {path}::{test}")
    assert missing == []
