"""Some cases of each target; FUZZ=20 makes it twenty times as many."""

from __future__ import annotations

import itertools
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.mutating import damaged
from tests.fuzz.targets import Target, targets
from vmnetx.errors import BadPackage

CASES = 300 * int(os.environ.get("FUZZ", "1"))
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", targets())
def test_whatever_a_stranger_sends_is_read_or_refused(name, capsys):
    target = targets()[name]
    inputs = damaged(target.seeds, random.Random(name))
    for data in itertools.islice(inputs, CASES):
        target(data)
    with capsys.disabled():
        sys.stdout.write(f"\n{name}: {CASES} cases\n")


@pytest.mark.parametrize("name", targets())
def test_the_first_seed_is_sound(name):
    """Else the damage would all be to what is refused at once."""
    target = targets()[name]
    if name != "messages":  # each is of one direction, and refused in the other
        target.check(target.seeds[0])


def test_what_is_no_refusal_of_ours_is_a_bug():
    def explode(data):
        raise KeyError(data)

    with pytest.raises(KeyError):
        Target(explode, (b"",))(b"")

    def curse(data):
        raise BadPackage("a\nb")

    with pytest.raises(AssertionError):
        Target(curse, (b"",))(b"")


def test_the_same_seed_makes_the_same_damage():
    first, second = (
        list(itertools.islice(damaged((b"abcdefgh",), random.Random(7)), 50))
        for _ in range(2)
    )
    assert first == second
    assert len(set(first)) > 40


def test_a_long_run_says_how_many_cases_it_tried():
    ended = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "wish", "--seconds", "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    count = ended.stdout.splitlines()[-1].split()[1]
    assert int(count) > 100
