"""The palette's promise: text is readable in both themes, by WCAG 2's arithmetic."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

from olive_portal.catalogue.models import Tint

TOKENS = (Path(__file__).parents[3] / "static/css/tokens.css").read_text()
COLOURS = dict(re.findall(r"--([\w-]+): light-dark\((#\w{6}, #\w{6})\)", TOKENS))
TINTS = dict(re.findall(r'data-tint="(\w+)"\] \{\s*--tint: (#\w{6})', TOKENS))
ON_TINT = re.search(r"--on-tint: (#\w{6})", TOKENS)[1]
BEZEL, ON_BEZEL = (
    re.search(rf"--{name}: (#\w{{6}})", TOKENS)[1] for name in ("bezel", "on-bezel")
)

GROUNDS = ["paper", "surface", "sunken"]
TEXTS = ["ink", "muted", "olive", "accent-strong", "runs", "changed", "failed"]
PAIRS = [
    *product(TEXTS, GROUNDS),
    ("on-accent", "olive"),
    ("on-accent", "accent-strong"),
]


def luminance(colour):
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def colour(name, theme):
    return COLOURS[name].split(", ")[theme]


def test_the_arithmetic_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("pair", PAIRS, ids=" on ".join)
def test_text_is_readable(pair, theme):
    text, ground = (colour(name, theme) for name in pair)
    assert contrast(text, ground) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
def test_the_edges_of_controls_can_be_seen(ground, theme):
    assert contrast(colour("edge", theme), colour(ground, theme)) >= 3


@pytest.mark.parametrize("tint", Tint.values)
def test_titles_are_readable_on_every_tint_there_is(tint):
    assert contrast(TINTS[tint], ON_TINT) >= 4.5


def test_words_on_a_bezel_are_readable():
    assert contrast(BEZEL, ON_BEZEL) >= 4.5
