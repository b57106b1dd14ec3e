"""A recipe becomes a package.

    1. tools and recipe are checked: what cannot work says so before anything is fetched
    2. Debian's packages, from the cache or by apt, unpacked into one tree
    3. the initramfs, if the recipe has one
    4. the disk
    5. the memory image, if the recipe wants one
    6. the package

The same recipe, the same packages and the same GRUB make the same bytes, but for the
memory image: no machine is twice in quite the same state.
"""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterable
from hashlib import file_digest
from pathlib import Path
from typing import cast

from vmnetx.errors import MachineFailed
from vmnetx.generate import boot_disk, debian, initramfs, memory_image, recipe
from vmnetx.generate.boot_disk import Contents
from vmnetx.generate.debian import Archive, Debian
from vmnetx.generate.memory_image import Say, Subject, Taken
from vmnetx.generate.recipe import BadRecipe, Recipe
from vmnetx.generate.tools import CannotBuildHere
from vmnetx.package import archive
from vmnetx.package.archive import Written
from vmnetx.package.hardware import (
    Address,
    Arch,
    Clock,
    Controller,
    Disk,
    Domain,
    Input,
    Sound,
    Video,
)
from vmnetx.package.storage_form import render

# So that a machine's UUID follows from its disk.
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "olivearchive.org")


def build(path: Path, output: Path, say: Say, *, work: Path | None = None) -> Written:
    """Make the package that the recipe at `path` describes, telling each step to `say`.

    `work` is where temporary files go. Raises CannotBuildHere, BadRecipe, ToolFailed,
    BadPackage and OSError; `output` is then as it was.
    """
    wanted = recipe.load(path)
    boot_disk.require_tools()
    cache = Archive(debian.cache_folder())
    with tempfile.TemporaryDirectory(prefix="vmnetx-", dir=work) as name:
        folder = Path(name)
        say(f"{wanted.name}: fetching {_count(wanted)} from Debian")
        packages = debian.fetch_all(cache, wanted.packages, wanted.metapackages)
        root = folder / "root"
        debian.unpack(packages, root)
        say(f"{wanted.name}: making the disk")
        disk = folder / "disk.img"
        _make_disk(wanted, root, disk)
        domain = machine(wanted, disk, packages)
        subject = Subject(wanted.name, domain, render(domain), disk, folder)
        taken = _remember(wanted, subject, say)
        say(f"{wanted.name}: writing {output.name}")
        return archive.write_package(
            output,
            name=wanted.name,
            domain_xml=subject.domain_xml,
            disk=taken.disk,
            memory=taken.memory,
        )


def _remember(wanted: Recipe, subject: Subject, say: Say) -> Taken:
    """A title without its memory image still plays: it only takes longer to start."""
    if wanted.memory is None:
        return Taken(subject.disk)
    try:
        return memory_image.take(subject, wanted.memory.wish, say)
    except (MachineFailed, CannotBuildHere) as error:
        say(f"{wanted.name}: made without a memory image: {error}")
        return Taken(subject.disk)


def _count(wanted: Recipe) -> str:
    count = len(wanted.packages) + len(wanted.metapackages)
    return f"{count} package{'s' if count > 1 else ''}"


def _make_disk(wanted: Recipe, root: Path, disk: Path) -> None:
    image = initramfs.find_one(root, wanted.boot.image)
    memory_root = None
    if wanted.initramfs is not None:
        init = wanted.path.parent / wanted.initramfs.init
        try:
            script = init.read_bytes()
        except OSError as error:
            raise BadRecipe(f"{init}: {error.strerror}") from error
        memory_root = initramfs.build(wanted.initramfs, root=root, script=script)
    tree = disk.with_name("tree")
    tree.mkdir()
    boot_disk.build(Contents(wanted.boot, image, memory_root), disk, tree)


def machine(wanted: Recipe, disk: Path, packages: Iterable[Debian]) -> Domain:
    """The recipe's machine. It has no network card, and names what it was made of."""
    spec = wanted.machine
    with disk.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    made_of = ", ".join(f"{each.name} {each.version}" for each in packages)
    return Domain(
        name="machine",
        uuid=str(uuid.uuid5(_NAMESPACE, f"{wanted.name} {digest}")),
        description=f"Made from Debian's packages {made_of}.",
        memory_bytes=spec.memory_mib * 1024**2,
        vcpus=spec.vcpus,
        arch=cast("Arch", spec.arch),
        clock=Clock("utc", has_rtc_timer=True),
        features=frozenset({"acpi", "apic", "pae"}),
        disk=Disk(
            "sda" if spec.disk == "sata" else "hda",
            spec.disk,
            "raw",
            address=Address("drive"),
        ),
        controllers=(_disk_controller(spec.disk),),
        inputs=_inputs(spec.pointer),
        graphics="spice",
        sounds=() if spec.sound == "none" else (Sound(spec.sound),),
        videos=(Video(spec.video, 16384, 1, Address("pci", slot=2)),),
    )


def _disk_controller(bus: str) -> Controller:
    if bus == "sata":
        return Controller("sata", 0, address=Address("pci", slot=5))
    return Controller("ide", 0, address=Address("pci", slot=1, function=1))


def _inputs(pointer: str) -> tuple[Input, ...]:
    buses = {"mouse": "ps2", "tablet": "usb"}
    return (Input(pointer, buses[pointer]),) if pointer in buses else ()
