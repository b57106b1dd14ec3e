"""A package's domain becomes a QEMU process, and one class owns it: machine.Machine.

    arguments  Domain -> the command line: pure
    devices    Domain -> its devices there: pure
    binary     which QEMU this host has
    disk       where the disk's bytes are -> QEMU's block devices: pure
    options    what the server grants, and its limits
    folder     the machine's files: names, owners, the end
    starting   up to the point where QEMU waits to be let go
    process    the process: started, found again, watched, ended
    monitor    the QMP connection
    record     what a machine leaves on disk for the next server to find it
    keys       text -> key presses
    accelerator   KVM or TCG: the faster one, measured

asyncio; QEMU 7.2 or newer. docs/reference/machine.md says what it guarantees.
"""

from __future__ import annotations
