"""A package's machine on this computer; its disk is read where it lies, by ranges."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final, Literal

from vmnetx.cache.cache import Cache
from vmnetx.cache.cached_source import CachedSource
from vmnetx.errors import MachineFailed
from vmnetx.launcher import viewer
from vmnetx.launcher.desk import Desk
from vmnetx.launcher.locations import FilePackage, WebPackage
from vmnetx.launcher.viewer import NotInstalled, Screen, Viewer
from vmnetx.machine import accelerator, aside, binary, restoring
from vmnetx.machine.disk import SERVED, DiskSource
from vmnetx.machine.machine import Machine
from vmnetx.machine.options import MIB, Limits, MachineOptions, Network
from vmnetx.machine.outlet import Outlet
from vmnetx.machine.restoring import SavedMemory
from vmnetx.package.archive import Package, open_package
from vmnetx.package.source import LocalFile, Source

logger = logging.getLogger(__name__)

MEMORY_SHARE: Final = 0.75
OVERLAY_SHARE: Final = 0.9
"""Of this computer's memory, and of the free space: the rest is the person's."""
MACHINE: Final = "vm"
MAX_CRASHES: Final = 3
SETTLE_SECONDS: Final = 1.0
"""A machine that ends takes its viewer along, and the viewer may be gone first."""


@dataclass(frozen=True)
class Wishes:
    """What the person chose for a machine on this computer."""

    network: Network = "none"
    accelerator: Literal["auto", "kvm", "tcg"] = "auto"
    cache: Path = Path()
    """The folder of package bytes, and of the accelerator's measure."""
    cache_bytes: int = 8192 * MIB
    """The most package bytes that are kept there."""


async def open_here(
    location: WebPackage | FilePackage, desk: Desk, wishes: Wishes
) -> None:
    """Run the machine until its viewer is closed, or the guest shuts down.

    However this ends, QEMU has ended and what the guest wrote is gone. Raises
    NotInstalled, BadPackage, Unreachable, SourceChanged, Refused or MachineFailed.
    """
    kind, program = _viewer(desk)
    desk.notices.say("Opening the package …")
    package = await aside.run(partial(_open, location, wishes))
    with contextlib.ExitStack() as opened:
        opened.callback(package.source.close)
        name = package.manifest.name
        options = await _options(kind, desk, wishes)
        desk.notices.say(f"{name}: starting under {options.accelerator.upper()} …")
        directory = desk.directory / MACHINE
        disk = _disk(location, package)
        share: Callable[[], Source] = partial(_open_source, location, wishes)
        if isinstance(package.source, CachedSource):
            outlet = Outlet(package.source, directory, options.run_as)
            opened.callback(outlet.close)
            disk, share = outlet.disk(disk), outlet.share
        start = partial(
            Machine.start, package.domain, disk, directory=directory, options=options
        )
        memory = _memory(package, share, desk)
        ending = await _play(start, memory, _Showing(name, program, desk))
    if ending.startswith("crashed"):
        raise MachineFailed(f"The machine {ending}")
    desk.notices.say(f"{name}: {ending}. Its changes are gone.")


@dataclass(frozen=True)
class _Showing:
    """Who shows the machine, and to whom."""

    name: str
    program: str
    desk: Desk


def _memory(
    package: Package, share: Callable[[], Source], desk: Desk
) -> SavedMemory | None:
    if package.memory is None:
        return None

    def on_rejected(reason: str) -> None:
        desk.notices.done()
        desk.notices.say(f"It starts from off: {reason}")

    return SavedMemory(share, package.memory, desk.notices.progress, on_rejected)


async def _play(
    start: Callable[..., Awaitable[Machine]],
    memory: SavedMemory | None,
    showing: _Showing,
) -> str:
    """Return why it ended. A restored machine whose screen stays black is started from
    off (spec 7.1)."""
    name, desk = showing.name, showing.desk
    machine = await start(memory=memory)
    desk.notices.done()
    black = asyncio.Event()
    check = asyncio.create_task(_stop_if_black(machine, black))
    try:
        desk.on_started()
        ending = await _show(machine, _screen(machine, name), showing.program, desk)
    finally:
        check.cancel()
        await asyncio.gather(check, return_exceptions=True)
        await machine.stop()
    if not black.is_set():
        return ending
    desk.notices.say("It starts from off: the restored screen was black")
    return await _play(start, None, showing)


async def _stop_if_black(machine: Machine, black: asyncio.Event) -> None:
    if machine.was_restored and await machine.is_black_after(
        restoring.BLACK_AFTER_SECONDS
    ):
        black.set()
        await machine.stop()


def _viewer(desk: Desk) -> tuple[Literal["spice", "vnc"], str]:
    """SPICE if QEMU and a viewer speak it, and VNC else."""
    if binary.has_spice():
        try:
            return "spice", viewer.find("spice", desk.viewer)
        except NotInstalled:
            logger.info("No SPICE viewer is installed")
    return "vnc", viewer.find("vnc", desk.viewer)


def _open_source(location: WebPackage | FilePackage, wishes: Wishes) -> Source:
    if isinstance(location, FilePackage):
        return LocalFile(location.path)
    return Cache(wishes.cache, wishes.cache_bytes).open(location.url)


def _open(location: WebPackage | FilePackage, wishes: Wishes) -> Package:
    """The checked package. Its source is the caller's to close."""
    source = _open_source(location, wishes)
    try:
        return open_package(source)
    except BaseException:
        source.close()
        raise


def _disk(location: WebPackage | FilePackage, package: Package) -> DiskSource:
    place = str(location.path) if isinstance(location, FilePackage) else SERVED
    member = package.disk
    return DiskSource(place, member.offset, member.size, package.domain.disk.format)


async def _options(
    kind: Literal["spice", "vnc"], desk: Desk, wishes: Wishes
) -> MachineOptions:
    options = MachineOptions(
        network=wishes.network,
        vnc=kind == "vnc",
        spice=kind == "spice",
        limits=local_limits(desk.directory),
    )
    wishes.cache.mkdir(parents=True, exist_ok=True)
    chosen = await accelerator.choose(
        wishes.accelerator,
        cache=wishes.cache / "accelerator.json",
        run_as=options.run_as,
    )
    return replace(options, accelerator=chosen)


def local_limits(directory: Path) -> Limits:
    """Return what this computer can give to one machine, and keep the rest."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return Limits(
        memory_bytes=int(memory * MEMORY_SHARE),
        vcpus=os.cpu_count() or 1,
        overlay_bytes=int(shutil.disk_usage(directory).free * OVERLAY_SHARE),
        # It is what the person wants to use now.
        niceness=0,
    )


def _screen(machine: Machine, name: str) -> Screen:
    if machine.spice_socket is not None:
        return Screen(name, machine.spice_socket, "spice")
    if machine.vnc_socket is not None:
        return Screen(name, machine.vnc_socket, "vnc")
    raise MachineFailed("The machine has no screen")


async def _show(machine: Machine, screen: Screen, program: str, desk: Desk) -> str:
    """Return why it ended: "closed", or the machine's own reason."""
    ended = asyncio.create_task(machine.wait_ended())
    try:
        for _ in range(MAX_CRASHES):
            opened = await Viewer.start(program, screen, desk.directory)
            code = await _until_either(ended, opened)
            if ended.done():
                return ended.result()
            if code == 0:
                return "closed"
            desk.notices.say(f"The viewer ended with {code}: {opened.last_words()}")
        raise MachineFailed("The viewer does not show the machine")
    finally:
        ended.cancel()
        await asyncio.gather(ended, return_exceptions=True)


async def _until_either(ended: asyncio.Task[str], opened: Viewer) -> int:
    """Return the viewer's exit code, when it or the machine has ended."""
    closed = asyncio.create_task(opened.wait())
    try:
        await asyncio.wait([ended, closed], return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait([ended], timeout=SETTLE_SECONDS)
        await opened.close()
        return await closed
    finally:
        closed.cancel()
        await opened.close()
