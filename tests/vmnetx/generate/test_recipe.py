from __future__ import annotations

import pytest

from vmnetx.generate import recipe
from vmnetx.generate.memory_image import Wish
from vmnetx.generate.moment import Moment, Pixel
from vmnetx.generate.recipe import BadRecipe, Boot, Initramfs, Machine

GOOD = """
name = "A Game"
packages = ["a-game", "busybox-static"]

[metapackages]
linux-image-amd64 = "linux-image-*-amd64"

[boot]
protocol = "linux"
image = "boot/vmlinuz-*"
arguments = "quiet panic=0"

[initramfs]
programs = ["usr/games/a-game"]
files = ["usr/share/a-game"]

[machine]
memory_mib = 128
disk = "sata"
sound = "pcspk"

[memory]
text = "Your move"
pixels = [[3, 4, "#ff0000"]]
seconds = 2
compression = "xz"

[screenshot]
seconds = 5
alt = "A game."
"""


@pytest.fixture
def load(tmp_path):
    def load(text):
        path = tmp_path / "recipe.toml"
        path.write_text(text)
        return recipe.load(path)

    return load


def test_a_recipe_is_read(load):
    read = load(GOOD)
    assert read.name == "A Game"
    assert read.packages == ("a-game", "busybox-static")
    assert read.metapackages == {"linux-image-amd64": "linux-image-*-amd64"}
    assert read.boot == Boot("linux", "boot/vmlinuz-*", "quiet panic=0")
    assert read.initramfs == Initramfs(
        programs=("usr/games/a-game",), files=("usr/share/a-game",)
    )
    moment = Moment("Your move", (Pixel(3, 4, b"\xff\0\0"),), 2.0)
    assert read.memory.wish == Wish(moment, "auto", "xz")
    assert read.machine == Machine(memory_mib=128, disk="sata", sound="pcspk")


def test_a_short_recipe_gets_a_small_machine(load):
    read = load('name="x"\npackages=["x1"]\nboot={protocol="multiboot", image="x"}')
    assert read.machine == Machine(64, 1, "x86_64", "ide", "vga", "none", "none")
    assert read.initramfs is None
    assert read.memory is None


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('name = "A Game"', "", "without 'name'"),
        ('name = "A Game"', 'name = ""', "1 to 100 printable"),
        ('name = "A Game"', 'name = "a\\u0007b"', "1 to 100 printable"),
        ('name = "A Game"', "name = 3", "name must be text"),
        ('name = "A Game"', 'name = "A Game"\nurl = "x"', "unknown entry 'url'"),
        ('"a-game", ', '"-oDebug=1", ', "no name of a Debian package"),
        ('"a-game", ', '"a;b", ', "no name of a Debian package"),
        ('["a-game", "busybox-static"]', '"a-game"', "packages must be a list"),
        ('"linux-image-*-amd64"', "1", "each name a pattern"),
        ('"linux"', '"kexec"', "protocol is 'kexec'; known are multiboot"),
        ('"linux"', '"multiboot"', "an initramfs needs the protocol linux"),
        ('"boot/vmlinuz-*"', '"/boot/vmlinuz"', "relative path"),
        ('"usr/share/a-game"', '"../../etc"', "relative path"),
        ('"usr/games/a-game"', '""', "relative path"),
        ('"quiet panic=0"', '"quiet; reboot"', "arguments may have"),
        ('"quiet panic=0"', '"quiet\\nreboot"', "arguments may have"),
        ("memory_mib = 128", "memory_mib = 0", "memory_mib is 0"),
        ("memory_mib = 128", "memory_mib = true", "memory_mib is True"),
        ("memory_mib = 128", "memory_mib = 99999999", "from 1 to 65536"),
        ('"sata"', '"virtio"', "disk is 'virtio'"),
        ('"sata"', '["sata"]', "disk is"),
        ('"Your move"', "3", "text must be text"),
        ('"#ff0000"', '"red"', r"pixels must be a list of \[x, y"),
        ('[[3, 4, "#ff0000"]]', "7", "pixels must be a list"),
        ("seconds = 2", "seconds = -1", "seconds must be a number from 0 to 3600"),
        ("seconds = 2", 'seconds = "2"', "seconds must be a number"),
        ("seconds = 2", "minutes = 2", "unknown entry 'minutes'"),
        ('"xz"', '"lzop"', "compression is 'lzop'; known are raw"),
        ("[machine]", "[[machine]]", "machine must be a table"),
        ("[machine]", "[machine", "recipe.toml"),
    ],
)
def test_what_is_wrong_is_refused_with_its_reason(load, old, new, complaint):
    assert old in GOOD
    with pytest.raises(BadRecipe, match=complaint) as refusal:
        load(GOOD.replace(old, new))
    assert "recipe.toml" in str(refusal.value)


def test_an_enormous_recipe_is_not_read(load):
    with pytest.raises(BadRecipe, match="more than 65536 bytes"):
        load("#" * 65537)


def test_an_absent_recipe_is_a_bad_one(tmp_path):
    with pytest.raises(BadRecipe):
        recipe.load(tmp_path / "recipe.toml")
