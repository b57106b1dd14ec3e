"""A QEMU process: started, or found again; watched; signalled; reaped.

Signals and the watch go through a pidfd, so they reach this process or none: its
number may be somebody else's by then.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from vmnetx.errors import MachineFailed
from vmnetx.machine.options import Limits
from vmnetx.machine.record import Record

PROC = Path("/proc")
KVM = Path("/dev/kvm")
OPEN_FILES = 1024
ENDINGS = ((signal.SIGTERM, 3.0), (signal.SIGKILL, 10.0))


@dataclass(frozen=True)
class Launch:
    """How a process is to be started: its place, its user, its descriptors."""

    directory: Path
    log: Path
    descriptors: Sequence[int]
    run_as: str | None
    limits: Limits


@dataclass(frozen=True)
class Identity:
    """What subprocess is told of a user; None leaves it as it is."""

    uid: int | None = None
    gid: int | None = None
    groups: Sequence[int] | None = None


class Process:
    """One live or ended process. Made inside of a running event loop."""

    def __init__(self, pid: int, child: subprocess.Popen[bytes] | None = None) -> None:
        self.pid = pid
        self._child = child
        self._ended = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        try:
            self._pidfd: int | None = os.pidfd_open(pid)
        except ProcessLookupError as error:
            raise MachineFailed("QEMU is gone") from error
        self._loop.add_reader(self._pidfd, self._on_end)

    @classmethod
    def start(cls, argv: Sequence[str], launch: Launch) -> Self:
        """Raises MachineFailed when the program cannot be run."""
        user = identity(launch.run_as)
        with launch.log.open("ab") as log:
            try:
                child = subprocess.Popen(  # noqa: S603
                    _limited(argv, launch.limits),
                    cwd=launch.directory,
                    env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=launch.descriptors,
                    # A Ctrl-C on the server's terminal is not for the guests.
                    start_new_session=True,
                    umask=0o077,
                    # Python ignores SIGXFSZ and so must QEMU: a full overlay is an
                    # I/O error for the guest, and not QEMU's end.
                    restore_signals=False,
                    user=user.uid,
                    group=user.gid,
                    extra_groups=user.groups,
                )
            except OSError as error:
                raise MachineFailed(f"QEMU cannot be run: {error}") from error
        return cls(child.pid, child)

    @classmethod
    def find(cls, record: Record) -> Self:
        """The record's process. Raises MachineFailed when it is gone."""
        candidates = [record.pid] if record.pid else _pids()
        for pid in candidates:
            if _has_argument(pid, record.uuid):
                process = cls(pid)
                # Asked again: from here on the pidfd holds the process, not the number.
                same = record.start_ticks in (None, start_ticks(pid))
                if same and _has_argument(pid, record.uuid):
                    return process
                process.close()
        raise MachineFailed("QEMU is gone")

    @property
    def has_ended(self) -> bool:
        return self._ended.is_set()

    @property
    def exit_code(self) -> int | None:
        """As subprocess has it; None while it runs, and for one not started here."""
        return self._child.poll() if self._child else None

    async def wait(self) -> None:
        await self._ended.wait()

    async def ends_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._ended.wait()
        except TimeoutError:
            return False
        return True

    def signal(self, number: signal.Signals) -> None:
        if self._pidfd is not None:
            signal.pidfd_send_signal(self._pidfd, number)

    async def end(self, *, patience: float = 0.0) -> None:
        """Waits, then asks, then forces, each with its deadline. Raises MachineFailed
        when the kernel keeps it even so."""
        if await self.ends_within(patience):
            return
        for number, seconds in ENDINGS:
            self.signal(number)
            if await self.ends_within(seconds):
                return
        raise MachineFailed(f"QEMU (pid {self.pid}) does not end")

    def close(self) -> None:
        """Watches no longer; the process goes on."""
        if self._pidfd is not None:
            self._loop.remove_reader(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = None

    def _on_end(self) -> None:
        self.close()
        if self._child:
            self._child.wait()
        self._ended.set()


def _limited(argv: Sequence[str], limits: Limits) -> list[str]:
    """Each of the two programs becomes the next one: the pid and the files stay."""
    bounds = [
        "--core=0",
        f"--fsize={limits.overlay_bytes}",
        f"--nofile={OPEN_FILES}",
    ]
    return ["prlimit", *bounds, "--", "nice", "-n", str(limits.niceness), *argv]


def identity(run_as: str | None) -> Identity:
    """The user keeps no group but the one that may use KVM."""
    if run_as is None:
        return Identity()
    user = pwd.getpwnam(run_as)
    group = _kvm_group()
    return Identity(user.pw_uid, user.pw_gid, [] if group is None else [group])


def _kvm_group() -> int | None:
    try:
        status = KVM.stat()
        is_for_group = status.st_mode & 0o060 == 0o060
        return status.st_gid if is_for_group and status.st_gid else None
    except OSError:
        return None


def _pids() -> list[int]:
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdecimal()]


def _has_argument(pid: int, argument: str) -> bool:
    try:
        arguments = (PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return argument.encode() in arguments


def start_ticks(pid: int) -> int | None:
    """Clock ticks from the host's boot to the process's start; None: it is gone."""
    try:
        stat = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    # The second field is the program's name and may hold spaces and parentheses.
    return int(stat.rpartition(")")[2].split()[19])
