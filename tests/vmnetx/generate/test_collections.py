"""The titles that come with the portal: data only, so nothing else checks them."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from lxml import etree

from vmnetx.generate import recipe

ROOT = Path(__file__).parents[3]
TITLES = sorted(path.parent for path in ROOT.glob("collections/*/*/mets.xml"))
VALIDATE = ROOT.parent / "shared/schemas/validate"
MODS = "{http://www.loc.gov/mods/v3}"


def names(folder):
    return folder.name


def test_the_three_titles_of_first_light_are_there():
    wanted = {"grub-invaders", "memtest86-plus", "colossal-cave-adventure"}
    assert wanted <= set(map(names, TITLES))


@pytest.mark.parametrize("folder", TITLES, ids=names)
def test_a_recipe_is_readable_and_says_when_its_screen_is_ready(folder):
    path = folder / "recipe.toml"
    read = recipe.load(path)
    if read.initramfs:
        assert (folder / read.initramfs.init).read_text().startswith("#!/bin/busybox")
    screenshot = tomllib.loads(path.read_text())["screenshot"]
    assert 0 < screenshot["seconds"] <= 60
    assert screenshot["alt"]


@pytest.mark.parametrize("folder", TITLES, ids=names)
def test_a_record_names_its_title_and_no_host(folder):
    text = (folder / "mets.xml").read_text()
    title = etree.fromstring(text.encode()).findtext(f".//{MODS}title")
    assert title == recipe.load(folder / "recipe.toml").name
    hosts = set(re.findall(r'href="https?://([^/"]+)', text))
    assert hosts <= {"spdx.org"}
    assert "QNNN" not in text


@pytest.mark.parametrize("folder", TITLES, ids=names)
def test_a_record_is_valid(folder):
    if not VALIDATE.is_file():
        pytest.skip("the schemas are not on this machine")
    command = [sys.executable, VALIDATE, "-q", folder / "mets.xml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("folder", sorted(ROOT.glob("collections/*/")), ids=names)
def test_a_collection_says_what_it_is(folder):
    told = tomllib.loads((folder / "collection.toml").read_text())
    assert told["slug"] == folder.name
    assert re.fullmatch("[a-z]+", told["tint"])
    assert told["title"]
    assert told["abstract"]
