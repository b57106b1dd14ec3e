from __future__ import annotations

import sys

import pytest

from vmnetx.generate import tools
from vmnetx.generate.tools import CannotBuildHere, ToolFailed


def test_every_missing_program_is_named_with_its_package():
    wanted = {"no-such-program": "one", "sh": "dash", "nor-this": "two"}
    with pytest.raises(CannotBuildHere) as refusal:
        tools.require(wanted)
    text = str(refusal.value)
    assert text.startswith("Cannot be built on this machine: ")
    assert "no no-such-program (Debian package one)" in text
    assert "no nor-this (Debian package two)" in text
    assert "dash" not in text


def test_a_failure_tells_what_the_program_said():
    with pytest.raises(ToolFailed, match="no luck"):
        tools.run((sys.executable, "-c", "raise SystemExit('no luck')"))


def test_a_program_that_hangs_is_ended():
    with pytest.raises(ToolFailed, match=r"not done after 0\.05 s"):
        tools.run((sys.executable, "-c", "while 1: pass"), timeout=0.05)


def test_a_program_that_is_absent_has_failed():
    with pytest.raises(ToolFailed):
        tools.run(("/no/such/program",))
