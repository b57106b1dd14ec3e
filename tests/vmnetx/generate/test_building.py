from __future__ import annotations

import io
import json
import subprocess
import time
from pathlib import Path

import pytest
from PIL import Image

from vmnetx.generate import building
from vmnetx.generate.recipe import BadRecipe
from vmnetx.package.archive import open_package
from vmnetx.package.source import LocalFile

RECIPES = Path(__file__).parents[3] / "collections"
INVADERS = RECIPES / "games/grub-invaders/recipe.toml"


@pytest.fixture(scope="module")
def package(invaders, grub, tmp_path_factory):
    """GRUB Invaders, made once; and what was told meanwhile."""
    folder = tmp_path_factory.mktemp("built")
    said = []
    written = building.build(INVADERS, folder / "one.nxpk", said.append, work=folder)
    return folder / "one.nxpk", written, said


class Screen:
    """A running QEMU, driven over QMP on its standard input and output."""

    def __init__(self, process, folder):
        self._process, self._path = process, folder / "screen.png"
        process.stdout.readline()
        self.ask("qmp_capabilities")

    def ask(self, command, **arguments):
        message = {"execute": command, "arguments": arguments}
        self._process.stdin.write(json.dumps(message).encode() + b"\n")
        self._process.stdin.flush()
        while True:
            answer = json.loads(self._process.stdout.readline())
            if "event" not in answer:
                assert "return" in answer, answer
                return

    def ship(self):
        """Where the magenta ship begins, from the left; None while there is none."""
        self.ask("screendump", filename=str(self._path), format="png")
        image = Image.open(io.BytesIO(self._path.read_bytes())).convert("RGB")
        red, green, blue = (
            band.point(lambda value: 255 * (value > 100)) for band in image.split()
        )
        ship = Image.composite(red, Image.new("L", image.size), blue)
        ship.paste(0, mask=green)
        box = ship.getbbox()
        return box and box[0]

    def wait_for_ship(self, is_right, keys=()):
        """Presses `keys` meanwhile, again and again as a player does."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            for key in keys:
                self.ask("send-key", keys=[{"type": "qcode", "data": key}])
            place = self.ship()
            if place is not None and is_right(place):
                return place
        raise AssertionError("no such ship on the screen in 20 s")


@pytest.fixture
def screen(package, qemu, tmp_path):
    path, _, _ = package
    opened = open_package(LocalFile(path))
    window = f"offset={opened.disk.offset},size={opened.disk.size}"
    disk = f"if=ide,driver=raw,{window},file.driver=file,file.filename={path}"
    command = [qemu, "-nodefaults", "-accel", "tcg", "-m", "64", "-vga", "std"]
    command += ["-display", "none", "-qmp", "stdio", "-snapshot"]
    command += ["-drive", disk]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        yield Screen(process, tmp_path)
        process.kill()


def test_grub_invaders_boots_and_its_ship_moves(screen):
    start = screen.wait_for_ship(lambda place: True)
    screen.wait_for_ship(lambda place: place > start, keys=["right"])


def test_the_machine_has_no_network_and_names_its_packages(package, invaders):
    path, written, _ = package
    opened = open_package(LocalFile(path))
    assert written.size == path.stat().st_size
    assert opened.manifest.name == "GRUB Invaders"
    assert opened.domain.network == "none"
    assert opened.domain.memory_bytes == 64 * 1024**2
    assert f"grub-invaders {invaders.version}" in opened.domain.description


def test_each_step_is_told(package):
    _, _, said = package
    assert [line.partition(": ")[2].split()[0] for line in said] == [
        "fetching",
        "making",
        "writing",
    ]


def test_the_same_recipe_makes_the_same_bytes(package, tmp_path):
    _, written, _ = package
    again = building.build(INVADERS, tmp_path / "two.nxpk", lambda line: None)
    assert again.sha256 == written.sha256


def test_nothing_is_left_of_what_fails(invaders, grub, tmp_path):
    recipe = tmp_path / "recipe.toml"
    text = INVADERS.read_text().replace("invaders.exec", "absent.exec")
    recipe.write_text(text)
    with pytest.raises(BadRecipe, match="0 files of the packages"):
        building.build(recipe, tmp_path / "x.nxpk", lambda line: None, work=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["recipe.toml"]


def test_a_recipe_with_a_memory_image_makes_a_package_that_has_one(
    invaders, grub, tmp_path
):
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(
        INVADERS.read_text() + '\n[memory]\nseconds = 3\naccelerator = "tcg"\n'
    )
    said = []
    building.build(recipe, tmp_path / "x.nxpk", said.append, work=tmp_path)
    opened = open_package(LocalFile(tmp_path / "x.nxpk"))
    assert opened.memory_header.compression == "zstd"
    assert any("saving its memory" in line for line in said)


def test_a_moment_that_does_not_come_costs_the_image_and_not_the_title(
    invaders, grub, tmp_path
):
    recipe = tmp_path / "recipe.toml"
    memory = '\n[memory]\ntext = "XYZZY"\nmost_seconds = 0.1\naccelerator = "tcg"\n'
    recipe.write_text(INVADERS.read_text() + memory)
    said = []
    building.build(recipe, tmp_path / "x.nxpk", said.append, work=tmp_path)
    assert open_package(LocalFile(tmp_path / "x.nxpk")).memory is None
    assert any("without a memory image: 'XYZZY'" in line for line in said)
