"""Whether a machine's user-mode network would reach this host's own services.

QEMU opens a guest's connections itself, as its own user, and passes those to 10.0.2.2
on to this host's loopback; no option of QEMU's stops it. A firewall rule for that user
does. So QEMU is asked to open one: what it cannot do, no guest can.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Final

from vmnetx.errors import MachineFailed
from vmnetx.machine import binary, process

ANSWER_SECONDS: Final = 20.0
LOOPBACKS: Final = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))


async def reaches_this_host(run_as: str | None) -> bool:
    """Say whether QEMU, as this user, can connect to a port of this host's loopback.

    Raises MachineFailed when QEMU does not say.
    """
    for family, address in LOOPBACKS:
        try:
            listener = socket.create_server((address, 0), family=family)
        except OSError:
            continue  # a host without IPv6
        with listener:
            if await _reaches(listener, run_as):
                return True
    return False


async def _reaches(listener: socket.socket, run_as: str | None) -> bool:
    listener.settimeout(0)
    host, port, *_ = listener.getsockname()
    user = process.identity(run_as)
    child = await asyncio.create_subprocess_exec(
        *(binary.path(), "-machine", "none", "-nodefaults", "-display", "none"),
        *("-chardev", f"socket,id=probe,host={host},port={port}"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        user=user.uid,
        group=user.gid,
        extra_groups=user.groups,
    )
    arrival = asyncio.create_task(_arrival(listener))
    end = asyncio.create_task(child.wait())
    try:
        done, _ = await asyncio.wait(
            (arrival, end),
            timeout=ANSWER_SECONDS,
            return_when=asyncio.FIRST_COMPLETED,
        )
        if not done:
            raise MachineFailed("QEMU does not say what it can reach")
        return arrival in done
    finally:
        arrival.cancel()
        if child.returncode is None:
            child.kill()
        await end


async def _arrival(listener: socket.socket) -> None:
    connection, _ = await asyncio.get_running_loop().sock_accept(listener)
    connection.close()
