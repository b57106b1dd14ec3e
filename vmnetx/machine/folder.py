"""The folder of one machine: what is in it, whose it is, and what is left at the end.

machine.json  qemu.log      the server's
run/                        QEMU's: qmp.sock vnc.sock spice.sock disk.sock overlay.qcow2
"""

from __future__ import annotations

import os
import pwd
import signal
import socket
from pathlib import Path

from vmnetx.errors import Refused
from vmnetx.machine import disk, record

# The folder's own files are the server's; all that QEMU may touch is in run/, so a
# guest that breaks out of QEMU cannot rewrite what the next server believes.
LOG = "qemu.log"
RUN = "run"
QMP, VNC, SPICE, OVERLAY = (
    f"{RUN}/{name}" for name in ("qmp.sock", "vnc.sock", "spice.sock", "overlay.qcow2")
)
DISK = f"{RUN}/{disk.SOCKET}"
# The kernel's sockaddr_un has 108 bytes, the last one a NUL.
MAX_SOCKET_PATH = 107

LAST_LINES = 5
# What QEMU says at each start, when it waits for its monitor.
WAITING = "QEMU waiting for connection on"
LAST_BYTES = 4096


def check(directory: Path) -> None:
    """Raises Refused when the system cannot name the sockets in it."""
    longest = len(os.fsencode(directory / SPICE))
    if longest > MAX_SOCKET_PATH:
        raise Refused(
            f"The path of a socket in {directory} would have {longest} bytes; "
            f"the system allows {MAX_SOCKET_PATH}. Use a shorter data directory"
        )


def make(directory: Path) -> None:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    (directory / RUN).mkdir(mode=0o700, exist_ok=True)


def own(directory: Path, run_as: str | None) -> None:
    """QEMU's user gets run/. A link there, from an earlier run, is not followed."""
    if run_as is not None:
        user = pwd.getpwnam(run_as)
        for name in (QMP, OVERLAY, RUN):
            path = directory / name
            os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)


def has_overlay(directory: Path) -> bool:
    """Whether a guest may have written to its disk already."""
    try:
        return (directory / OVERLAY).lstat().st_size > 0
    except OSError:
        return False


def listen_for_disk(directory: Path, run_as: str | None) -> socket.socket:
    """Where QEMU will ask for its package: a new socket, and nobody else's.

    The folder is made if it is not there. Raises OSError, and LookupError for a user
    that does not exist.
    """
    make(directory)
    path = directory / DISK
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    try:
        listener.bind(os.fspath(path))
        if run_as is not None:
            user = pwd.getpwnam(run_as)
            for each in (path, directory / RUN):
                os.chown(each, user.pw_uid, user.pw_gid, follow_symlinks=False)
        listener.listen()
    except (OSError, LookupError):
        listener.close()
        raise
    return listener


def clear_sockets(directory: Path) -> None:
    """A QEMU that was killed leaves them, and nobody can listen there again."""
    for name in (QMP, VNC, SPICE):
        (directory / name).unlink(missing_ok=True)


def clean(directory: Path, *, keeps_overlay: bool = False) -> None:
    """Leaves the log, for who asks why."""
    clear_sockets(directory)
    record.forget(directory)
    if not keeps_overlay:
        (directory / OVERLAY).unlink(missing_ok=True)


def last_words(directory: Path, exit_code: int | None) -> str:
    try:
        with (directory / LOG).open("rb") as log:
            log.seek(max(0, os.fstat(log.fileno()).st_size - LAST_BYTES))
            lines = log.read().decode(errors="replace").splitlines()
    except OSError:
        lines = []
    lines = [line for line in lines if WAITING not in line]
    if exit_code is not None and exit_code < 0:
        lines.append(f"killed by {signal.Signals(-exit_code).name}")
    return "; ".join(lines[-LAST_LINES:]) or "without a word"
