from __future__ import annotations

import shutil
import signal
import tempfile
from pathlib import Path

import pytest

from tests.vmnetx.launcher.server import TOKEN, Guest, Server, Spice
from vmnetx.launcher.conversation import Dial

DEADLINE_SECONDS = 60


@pytest.fixture(autouse=True)
def deadline(request):
    """No test waits for ever; a module may say how long."""
    seconds = getattr(request.module, "DEADLINE_SECONDS", DEADLINE_SECONDS)

    def expire(*_):
        raise TimeoutError(f"not done in {seconds} s")

    before = signal.signal(signal.SIGALRM, expire)
    signal.alarm(seconds)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def folder():
    """pytest's own would be too long a path for a socket."""
    path = Path(tempfile.mkdtemp(prefix="l-", dir="/tmp"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
async def guest():
    return Guest()


@pytest.fixture
async def server(guest):
    server = Server(guest)
    await server.up()
    yield server
    await server.down()


@pytest.fixture
async def spice(folder, guest):
    async with Spice(folder / "guest.sock") as spice:
        guest.dial_spice = spice.dial
        yield spice


@pytest.fixture
def dial(server):
    return Dial("127.0.0.1", server.port, TOKEN)
