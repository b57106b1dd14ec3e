"""A disk that starts GRUB, which starts one image: no menu, no waiting.

grub-mkrescue makes a CD image that is a hard disk's image as well: it has a boot
sector and a partition table. All dates in it are fixed, so the same files and the same
GRUB make the same bytes.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from vmnetx.generate import tools
from vmnetx.generate.recipe import Boot
from vmnetx.generate.tools import CannotBuildHere

MODULES = Path("/usr/lib/grub/i386-pc")
TOOLS = {"grub-mkrescue": "grub-common", "xorriso": "xorriso", "mformat": "mtools"}

# 2000-01-01, for GRUB's own tools, for files and for the image.
_EPOCH = 946684800
_EPOCH_ISO = "2000010100000000"
_NEEDED = "biosdisk part_msdos iso9660 normal boot multiboot linux linux16"
# grub-mkrescue's own start asks for these; GRUB complains on the screen without them.
_ASKED_FOR = (
    "part_acorn part_amiga part_apple part_bsd part_dfly part_dvh part_gpt part_plan "
    "part_sun part_sunpc"
)
_COMMANDS = {"multiboot": "multiboot", "linux16": "linux16", "linux": "linux"}


@dataclass(frozen=True)
class Contents:
    boot: Boot
    image: Path
    initramfs: bytes | None = None


def require_tools() -> None:
    """Raises CannotBuildHere."""
    tools.require(TOOLS)
    if not (MODULES / "kernel.img").is_file():
        raise CannotBuildHere("it has no GRUB for PCs (Debian package grub-pc-bin).")


def build(contents: Contents, disk: Path, work: Path) -> None:
    """Write the raw image `disk`; `work` is an empty folder for the files on it.

    Raises ToolFailed.
    """
    folder = work / "boot"
    (folder / "grub").mkdir(parents=True)
    shutil.copyfile(contents.image, folder / "image")
    if contents.initramfs is not None:
        (folder / "initramfs").write_bytes(contents.initramfs)
    (folder / "grub" / "grub.cfg").write_text(script(contents))
    for path in (work, *work.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
        os.utime(path, (_EPOCH, _EPOCH))
    tools.run(
        (
            "grub-mkrescue",
            f"--directory={MODULES}",
            f"--install-modules={_NEEDED} {_ASKED_FOR}",
            *("--fonts=", "--locales=", "--themes="),
            f"--output={disk}",
            work,
            # What follows is xorriso's.
            f"--modification-date={_EPOCH_ISO}",
            *("--set_all_file_dates", _EPOCH_ISO),
        ),
        env={"SOURCE_DATE_EPOCH": str(_EPOCH)},
    )


def script(contents: Contents) -> str:
    """GRUB's configuration: it runs as soon as GRUB has found it."""
    boot = contents.boot
    lines = [f"{_COMMANDS[boot.protocol]} /boot/image {boot.arguments}".rstrip()]
    if boot.protocol == "linux":
        lines.insert(0, "set gfxpayload=text")
    if contents.initramfs is not None:
        lines.append("initrd /boot/initramfs")
    return "\n".join([*lines, "boot", ""])
