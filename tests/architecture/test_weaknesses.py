"""The manual names a test for each weakness of 2015 and each rule of the protocol."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/reference/2015-weaknesses.md"
PROTOCOL = ROOT / "docs/reference/wire-protocol.md"
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


def exists(path, test):
    pattern = rf"^\s*(?:async )?def {test}\("
    return path.exists() and re.search(pattern, path.read_text(), re.MULTILINE)


def test_every_weakness_of_2015_has_tests_that_exist():
    missing = []
    for number, named in rows():
        assert named, number
        missing += [
            f"{number}: {path}::{test}"
            for path, test in named
            if not exists(ROOT / "tests" / path, test)
        ]
    assert missing == []


def test_every_rule_of_the_protocol_has_tests_that_exist():
    named = re.findall(r"`([^`]+\.py)::(\w+)`", PROTOCOL.read_text())
    tests = ROOT / "tests" / "vmnetx"
    assert len(named) > 30
    assert [each for each in named if not exists(tests / each[0], each[1])] == []
