"""A package's domain becomes a QEMU process, and one class owns it: machine.Machine.

    arguments  Domain -> the command line: pure
    devices    Domain -> its devices there: pure
    binary     which QEMU this host has
    disk       where the disk's bytes are -> QEMU's block devices: pure
    options    what the server grants, and its limits
    folder     the machine's files: names, owners, the end
    overlay    the file that the guest's writes go to
    starting   up to the point where QEMU waits to be let go
    resuming   what a memory image is bound to, and whether it can go on here
    restoring  a memory image becomes a waiting QEMU's memory
    saving     a running QEMU's memory becomes an image
    process    the process: started, found again, watched, ended
    monitor    the QMP connection
    record     what a machine leaves on disk for the next server to find it
    aside      work in threads that nobody waits for
    keys       text -> key presses
    accelerator   KVM or TCG: the faster one, measured

asyncio; QEMU 7.2 or newer. docs/reference/machine.md says what it guarantees.
"""

from __future__ import annotations
