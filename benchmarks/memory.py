"""A launch from a memory image, against a cold boot and bare `qemu -incoming`, one run.

    .venv/bin/python -m benchmarks.memory [PACKAGE]

PACKAGE has a memory image; without one, Colossal Cave Adventure is made from its
recipe. Each ends when the game's first question is in the guest's text memory. The
launch reads, checks and unpacks the package's image and feeds it to a sandboxed QEMU;
the bare QEMU, with the same machine, has the stream unpacked in a file.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from vmnetx.generate import building
from vmnetx.machine import arguments, binary, monitor, overlay, resuming
from vmnetx.machine.arguments import Place
from vmnetx.machine.disk import DiskSource, Node
from vmnetx.machine.machine import Machine
from vmnetx.machine.options import MachineOptions
from vmnetx.machine.restoring import SavedMemory
from vmnetx.package import binding
from vmnetx.package.archive import Package, open_package
from vmnetx.package.source import LocalFile
from vmnetx.package.unpacking import Body, unpacked

RECIPE = Path("collections/games/colossal-cave-adventure/recipe.toml")
PROMPT = "Would you like instructions?"
ROUNDS = 5
LOOK_SECONDS = 0.005
DEADLINE_SECONDS = 120
OPTIONS = MachineOptions(spice=False)


@dataclass(frozen=True)
class Subject:
    path: Path
    package: Package
    stream: Path
    """The image's migration stream, unpacked."""
    machine_type: str

    @property
    def disk(self) -> DiskSource:
        disk = self.package.disk
        form = self.package.domain.disk.format
        return DiskSource(str(self.path), disk.offset, disk.size, form)


async def launch(subject: Subject, folder: Path, memory: SavedMemory | None) -> float:
    """Seconds until the prompt, as a server or a desktop starts the machine."""
    started = time.perf_counter()
    machine = await Machine.start(
        subject.package.domain,
        subject.disk,
        directory=folder / "vm",
        options=OPTIONS,
        memory=memory,
    )
    try:
        assert machine.was_restored is (memory is not None)
        while PROMPT not in await machine.text():
            assert time.perf_counter() - started < DEADLINE_SECONDS
            await asyncio.sleep(LOOK_SECONDS)
        return time.perf_counter() - started
    finally:
        await machine.stop()


async def bare(subject: Subject, folder: Path) -> float:
    """Seconds until QEMU alone runs on, from a stream that it reads from a file."""
    domain = subject.package.domain
    top = folder / "overlay.qcow2"
    top.touch()
    overlay.create(top, subject.package.disk_virtual_size)
    listener = monitor.listen(folder / "qmp.sock")
    stream = os.open(subject.stream, os.O_RDONLY)
    place = Place("", listener.fileno(), resumed_as=subject.machine_type)
    argv = arguments.command_line(domain, OPTIONS, place)
    argv = without(argv, "--preconfig", 1)
    argv = without(argv, "-uuid", 2)
    argv = without(argv, "-sandbox", 2)
    argv[argv.index("-incoming") + 1] = f"fd:{stream}"
    argv += ["-blockdev", json.dumps(chain(subject, top))]
    started = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(binary.path(), *argv), cwd=folder, pass_fds=(listener.fileno(), stream)
    )
    os.close(stream)
    listener.close()
    try:
        qmp = await monitor.Monitor.connect(folder / "qmp.sock")
        while await status(qmp) == "inmigrate":  # noqa: ASYNC110 as who has no events
            await asyncio.sleep(LOOK_SECONDS)
        await qmp.execute("cont")
        seconds = time.perf_counter() - started
        await qmp.close()
        return seconds
    finally:
        process.kill()
        await process.wait()


async def status(qmp: monitor.Monitor) -> object:
    return (await qmp.execute("query-status"))["status"]


def without(argv: list[str], option: str, length: int) -> list[str]:
    place = argv.index(option)
    return argv[:place] + argv[place + length :]


def chain(subject: Subject, top: Path) -> Node:
    disk = subject.package.disk
    package: Node = {"driver": "file", "filename": str(subject.path)}
    image: Node = {
        "driver": "raw",
        "offset": disk.offset,
        "size": disk.size,
        "file": package | {"locking": "off"},
        "read-only": True,
    }
    if subject.package.domain.disk.format == "qcow2":
        image = {"driver": "qcow2", "file": image, "read-only": True}
    file = {"driver": "file", "filename": str(top)}
    node: Node = {"driver": "qcow2", "node-name": "disk", "file": file}
    return node | {"backing": image}


def subject_of(path: Path, folder: Path) -> Subject:
    source = LocalFile(path)
    package = open_package(source)
    assert package.memory is not None, f"{path} has no memory image"
    header, area = binding.read_head(source, package.memory)
    here = resuming.binding_here(package.domain, OPTIONS)
    stream = folder / "stream"
    body = Body(source, package.memory, header)
    with stream.open("xb") as file:
        file.writelines(unpacked(body, header.compression, limit=2**40))
    return Subject(path, package, stream, resuming.machine_type(area.xml, here))


async def measure(subject: Subject, folder: Path) -> list[tuple[float, float, float]]:
    opener = partial(LocalFile, subject.path)
    assert subject.package.memory is not None
    memory = SavedMemory(opener, subject.package.memory, on_rejected=sys.exit)
    rounds = []
    for number in range(ROUNDS):
        place = folder / str(number)
        place.mkdir()
        rounds.append(
            (
                await launch(subject, place, None),
                await launch(subject, place, memory),
                await bare(subject, place),
            )
        )
    return rounds


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="b-", dir="/tmp"))
    try:
        if len(sys.argv) > 1:
            path = Path(sys.argv[1]).absolute()
        else:
            path = folder / "cave.nxpk"
            building.build(RECIPE, path, lambda line: None)
        subject = subject_of(path, folder)
        rounds = asyncio.run(measure(subject, folder))
        report(subject, rounds)
    finally:
        shutil.rmtree(folder)


def report(subject: Subject, rounds: list[tuple[float, float, float]]) -> None:
    boot, restored, alone = (
        statistics.median(column) for column in zip(*rounds, strict=True)
    )
    memory, header = subject.package.memory, subject.package.memory_header
    assert memory is not None
    assert header is not None
    print(
        f"{subject.package.manifest.name}, {OPTIONS.accelerator}: an image of "
        f"{memory.size / 1e6:.1f} MB in {header.compression}, "
        f"{subject.stream.stat().st_size / 1e6:.1f} MB unpacked; medians of {ROUNDS}"
    )
    print(f"cold boot to the prompt:               {boot:7.3f} s")
    print(f"launch from the memory image:          {restored:7.3f} s", end="")
    print(f"   {boot / restored:.1f} times as fast as the boot")
    print(f"bare qemu -incoming, stream in a file: {alone:7.3f} s", end="")
    print(f"   the launch takes {restored / alone:.2f} times as long")


if __name__ == "__main__":
    main()
