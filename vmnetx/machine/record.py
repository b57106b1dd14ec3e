"""machine.json: what a server needs to find the machine again after its own end.

It is written before QEMU is started, and again when the process is known, so there is
no moment at which a machine runs that no record names.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from vmnetx.errors import MachineFailed

FILENAME = "machine.json"
MAX_BYTES = 4096


@dataclass(frozen=True)
class Record:
    uuid: str
    """In QEMU's command line, as -uuid: tells this machine from any other process."""
    pid: int | None = None
    start_ticks: int | None = None
    """When the process began, from /proc: a reused pid has another."""
    has_vnc: bool = False
    has_spice: bool = False
    has_written: bool = False
    """It goes on with the overlay of an earlier machine in this folder."""
    is_ready: bool = False
    """The disks are attached and the guest was let go."""

    def write(self, directory: Path) -> None:
        """Either the old record or the new one is there, also after a power cut."""
        draft = directory / f"{FILENAME}.new"
        with draft.open("w") as file:
            json.dump(asdict(self), file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(directory / FILENAME)


def is_ready(directory: Path) -> bool:
    """Whether a machine's guest was let go here, and nobody saw it end."""
    try:
        return read(directory).is_ready
    except MachineFailed:
        return False


def forget(directory: Path) -> None:
    """The machine was seen to end: there is nothing to find any more."""
    (directory / FILENAME).unlink(missing_ok=True)


def read(directory: Path) -> Record:
    """Raises MachineFailed: there is no machine, or its record is spoilt."""
    try:
        with (directory / FILENAME).open("rb") as file:
            return Record(**json.loads(file.read(MAX_BYTES)))
    except (OSError, ValueError, TypeError) as error:
        raise MachineFailed(f"{directory} holds no machine: {error}") from error
