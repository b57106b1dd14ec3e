from __future__ import annotations

import pytest

from vmnetx.launcher.progress import bar, eta_words

MINUTE = 60
HOUR = 60 * MINUTE


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (1.9, "any time now"),
        (2, "5 seconds"),
        (5, "5 seconds"),
        (5.1, "10 seconds"),
        (89, "90 seconds"),
        (90, "2 minutes"),
        (2 * MINUTE + 59, "2 minutes"),
        (79 * MINUTE, "79 minutes"),
        (81 * MINUTE, "2 hours"),
        (3 * HOUR - 60, "2 hours"),
        (23.9 * HOUR, "23 hours"),
        (24.1 * HOUR, "more than a day"),
    ],
)
def test_the_time_left_is_said_in_words(left, words):
    elapsed = 10.0
    assert eta_words(elapsed, elapsed / (elapsed + left)) == words


@pytest.mark.parametrize(("elapsed", "fraction"), [(0, 0.5), (4.9, 0.9), (60, 0.0)])
def test_nothing_is_promised_too_early(elapsed, fraction):
    assert eta_words(elapsed, fraction) == "calculating"


def test_a_fraction_beyond_the_end_is_the_end():
    assert eta_words(10, 1.5) == "any time now"
    assert "100%" in bar(1.5, 10)


def test_the_bar_shows_share_and_words():
    assert bar(0.5, 10) == f"Loading [{'#' * 15}{'-' * 15}]  50%  10 seconds"
