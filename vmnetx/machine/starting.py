"""From a domain to a QEMU that has its disks and waits to be let go."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, replace
from pathlib import Path

from vmnetx.errors import MachineFailed
from vmnetx.machine import arguments, binary, disk, folder, monitor, overlay
from vmnetx.machine.disk import DiskSource
from vmnetx.machine.monitor import CONNECT_SECONDS, Monitor
from vmnetx.machine.options import MachineOptions
from vmnetx.machine.process import Launch, Process
from vmnetx.machine.restoring import Restoration
from vmnetx.package.domain import Domain


@dataclass(frozen=True)
class Plan:
    """What a machine is made of, and where."""

    domain: Domain
    source: DiskSource
    directory: Path
    options: MachineOptions
    restoration: Restoration | None = None
    """The memory image that it goes on from; None: it starts from off."""


def spawn(plan: Plan, uuid: str) -> Process:
    """Raises MachineFailed. QEMU asks for nothing by path but what is in run/."""
    directory, options, source = plan.directory, plan.options, plan.source
    with contextlib.ExitStack() as opened:
        try:
            folder.clear_sockets(directory)
            listener = opened.enter_context(monitor.listen(directory / folder.QMP))
            descriptors = [listener.fileno()]
            if not source.is_served:
                file = opened.enter_context(open(source.location, "rb"))
                descriptors.append(file.fileno())
            flags = os.O_CREAT | os.O_NOFOLLOW
            os.close(os.open(directory / folder.OVERLAY, flags, mode=0o600))
            folder.own(directory, options.run_as)
        except (OSError, LookupError) as error:
            raise MachineFailed(f"The machine's files: {error}") from error
        place = arguments.Place(uuid, *descriptors)
        if plan.restoration is not None:
            place = replace(place, resumed_as=plan.restoration.machine_type)
        argv = arguments.command_line(plan.domain, options, place)
        log = directory / folder.LOG
        if source.held is not None:
            descriptors.append(source.held)
        launch = Launch(
            directory / folder.RUN, log, descriptors, options.run_as, options.limits
        )
        return Process.start([binary.path(), *argv], launch)


async def connect(
    directory: Path, process: Process, patience: float = CONNECT_SECONDS
) -> Monitor:
    """Raises MachineFailed, with QEMU's last words if it has ended."""
    try:
        return await Monitor.connect(directory / folder.QMP, patience)
    except MachineFailed as error:
        if not await process.ends_within(1.0):
            raise
        words = folder.last_words(directory, process.exit_code)
        raise MachineFailed(f"QEMU did not start: {words}") from error


async def let_go(plan: Plan, qmp: Monitor, process: Process) -> None:
    """The guest runs, from off or from its memory image, when this returns."""
    await attach(qmp, plan.source, plan.directory)
    await qmp.execute("x-exit-preconfig")
    if plan.restoration is not None:
        try:
            await plan.restoration.feed(qmp, process)
        except MachineFailed as error:
            if not await process.ends_within(1.0):
                raise
            words = folder.last_words(plan.directory, process.exit_code)
            raise MachineFailed(f"{error}: {words}") from error


async def attach(qmp: Monitor, source: DiskSource, directory: Path) -> None:
    """Raises MachineFailed, with QEMU's words."""
    try:
        for node in disk.package_nodes(source, "/dev/fdset/0"):
            await qmp.execute("blockdev-add", node)
        size = await qmp.virtual_size("package")
        if (directory / folder.OVERLAY).lstat().st_size == 0:
            overlay.create(directory / folder.OVERLAY, size)
        await qmp.execute("blockdev-add", disk.overlay_file(Path(folder.OVERLAY).name))
        await qmp.execute("blockdev-add", disk.overlay_node())
    except MachineFailed as error:
        raise MachineFailed(f"The disk cannot be opened: {error}") from error
