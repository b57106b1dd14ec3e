"""A machine is booted without a screen, and its memory saved at the right moment.

The disk of the package is then the disk that the memory knows: what the guest wrote
before the moment is put into it.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from vmnetx.errors import MachineFailed
from vmnetx.generate import moment, tools
from vmnetx.generate.moment import Moment
from vmnetx.machine import accelerator, folder, resuming
from vmnetx.machine.disk import DiskSource
from vmnetx.machine.machine import Machine
from vmnetx.machine.options import Limits, MachineOptions
from vmnetx.package import binding
from vmnetx.package.domain import Domain
from vmnetx.package.memory import Area

TOOLS = {"qemu-system-x86_64": "qemu-system-x86", "qemu-img": "qemu-utils"}
STEPS = 4
"""A long save tells so often how far it is."""
CONVERT_SECONDS = 6 * 3600

Say = Callable[[str], None]


@dataclass(frozen=True)
class Wish:
    """The [memory] of a recipe, or the options of `generate memory`."""

    moment: Moment = field(default_factory=Moment)
    accelerator: Literal["auto", "kvm", "tcg"] = "auto"
    compression: str = "zstd"


@dataclass(frozen=True)
class Subject:
    """The machine whose memory is wanted. Files are left in the folder `work`."""

    name: str
    domain: Domain
    domain_xml: bytes
    disk: Path
    work: Path


@dataclass(frozen=True)
class Taken:
    disk: Path
    """The subject's own, or one with what the guest wrote."""
    memory: Path | None = None


def take(subject: Subject, wish: Wish, say: Say) -> Taken:
    """Boot the machine, wait for the moment, save. Steps are told to `say`.

    Raises CannotBuildHere, ToolFailed, BadPackage, OSError, and MachineFailed when the
    moment does not come.
    """
    tools.require(TOOLS)
    # Not in `work`: the path of a socket must be short.
    with tempfile.TemporaryDirectory(prefix="vmnetx-") as place:
        memory = asyncio.run(_take(subject, wish, say, Path(place, "vm")))
        overlay = Path(place, "vm", folder.OVERLAY)
        return Taken(_disk_of_the_moment(subject, overlay, say), memory)


async def _take(subject: Subject, wish: Wish, say: Say, directory: Path) -> Path:
    options = await _options(wish, subject.domain, directory.parent)
    machine = await Machine.start(
        subject.domain,
        DiskSource(
            str(subject.disk.absolute()),
            0,
            subject.disk.stat().st_size,
            subject.domain.disk.format,
        ),
        directory=directory,
        options=options,
    )
    try:
        say(f"{subject.name}: waiting for {wish.moment.words}")
        seconds = await moment.wait_for(machine, wish.moment)
        # Twice: the letters may be in its memory and not on its screen yet.
        if await machine.is_black_after(0) and await machine.is_black_after(1):
            raise MachineFailed("The screen is black then, and no image is of use")
        say(f"{subject.name}: saving its memory, {seconds:.1f} s after the start")
        here = await asyncio.to_thread(resuming.binding_here, subject.domain, options)
        area = Area(binding.describe(subject.domain_xml, here))
        path = subject.work / "memory.img"
        await machine.save(path, area, wish.compression, _steps(subject.name, say))
    finally:
        await machine.halt()
    say(f"{subject.name}: its memory has {path.stat().st_size} bytes")
    return path


async def _options(wish: Wish, domain: Domain, cache: Path) -> MachineOptions:
    """Its own machine on this computer: the limits are what it asks for."""
    limits = Limits(memory_bytes=domain.memory_bytes, vcpus=domain.vcpus)
    options = MachineOptions(spice=False, limits=limits)
    chosen = await accelerator.choose(
        wish.accelerator, cache=cache / "accelerator.json", run_as=options.run_as
    )
    return MachineOptions(spice=False, limits=limits, accelerator=chosen)


def _steps(name: str, say: Say) -> Callable[[float], None]:
    told = 0

    def on_progress(fraction: float) -> None:
        nonlocal told
        reached = int(fraction * STEPS)
        if told < reached < STEPS:
            told = reached
            say(f"{name}: saving its memory, {reached * 100 // STEPS} %")

    return on_progress


def _disk_of_the_moment(subject: Subject, overlay: Path, say: Say) -> Path:
    written = _written_bytes(overlay)
    if not written:
        return subject.disk
    say(
        f"{subject.name}: its guest wrote {written} bytes to the disk before. They are "
        "in the package: a start without the image finds them as after a power cut"
    )
    form = subject.domain.disk.format
    backing = {
        "driver": form,
        "file": {"driver": "file", "filename": str(subject.disk.absolute())},
    }
    chain = {
        "driver": "qcow2",
        "file": {"driver": "file", "filename": str(overlay)},
        "backing": backing,
    }
    target = subject.work / "disk-of-the-moment.img"
    options = ("-O", form, "-c") if form == "qcow2" else ("-O", form)
    tools.run(
        ("qemu-img", "convert", *options, f"json:{json.dumps(chain)}", target),
        timeout=CONVERT_SECONDS,
    )
    return target


def _written_bytes(overlay: Path) -> int:
    told = json.loads(
        tools.run(("qemu-img", "map", "-f", "qcow2", "--output=json", overlay))
    )
    return sum(part["length"] for part in told if part["present"])
