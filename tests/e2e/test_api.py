"""The programs of docs/howto/use-the-api.md, as somebody would paste and run them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.e2e.conftest import DEADLINE, ROOT, eventually

pytestmark = pytest.mark.xdist_group("portal")

PROGRAMS = re.findall(
    r"```python\n(.*?)```", (ROOT / "docs/howto/use-the-api.md").read_text(), re.DOTALL
)


@pytest.fixture(scope="module")
def token(browser, portal):
    """The administrator's, made on the page as a person makes it."""
    with browser.new_context(base_url=portal.url) as context:
        page = context.new_page()
        page.set_default_timeout(DEADLINE * 1000)
        page.goto("/account/api-tokens")
        page.get_by_label("Name").fill("admin")
        page.get_by_label("Password").fill("correct horse battery")
        page.get_by_role("button", name="Sign in").click()
        page.get_by_label("What it is for").fill("the programs of the manual")
        page.get_by_role("button", name="Make a token").click()
        return page.locator("[data-token]").inner_text()


@pytest.fixture
def run(portal, token, tmp_path):
    """Runs a program of the manual in a folder of its own; what it said."""

    def run(program):
        (tmp_path / "program.py").write_text(program)
        result = subprocess.run(
            [sys.executable, "program.py"],
            cwd=tmp_path,
            env={**os.environ, "OLIVE_PORTAL": portal.url, "OLIVE_TOKEN": token},
            capture_output=True,
            text=True,
            timeout=3 * DEADLINE,
            check=False,
        )
        assert result.returncode == 0, result.stderr
        return result.stdout

    return run


def test_a_title_is_launched_photographed_and_ended(run, portal, tmp_path):
    said = run(PROGRAMS[0])
    assert said.startswith("Launching GRUB Invaders\n")
    assert said.endswith("Ended\n")
    with Image.open(Path(tmp_path, "grub-invaders.png")) as screen:
        assert screen.format == "PNG"
        assert screen.convert("L").getextrema()[1] > 100
    eventually(lambda: portal.machines() == [])


def test_a_draft_is_made_and_changed(run, page):
    address = run(PROGRAMS[1]).strip()
    assert address.endswith("/items/space-travel")
    assert page.goto(address).status == 404


def test_everything_is_read(run):
    assert "grub-invaders " in run(PROGRAMS[2])
