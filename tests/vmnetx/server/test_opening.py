from __future__ import annotations

import asyncio
import socket
from contextlib import ExitStack

import pytest

from tests.vmnetx.package import web
from vmnetx.errors import BadPackage, Full, Unreachable
from vmnetx.server.opening import MAX_AT_ONCE, Opener


async def test_a_file_is_opened(cache, packages):
    package = await Opener(cache).open(packages / "echo.nxpk")
    assert package.manifest.name == "Echo"
    package.source.close()


async def test_a_package_of_a_web_server_is_kept(cache, packages):
    with web.running() as server:
        server.reply = web.serving((packages / "echo.nxpk").read_bytes())
        for _ in range(2):
            package = await Opener(cache).open(server.url)
            assert package.manifest.name == "Echo"
            package.source.close()
        methods = [method for method, _ in server.requests]
    assert methods.count("HEAD") == 2
    assert methods[-1] == "HEAD"


async def test_what_is_no_package_is_told(cache, packages):
    with pytest.raises(BadPackage):
        await Opener(cache).open(packages / "disk.img")


async def test_a_server_that_nobody_runs_is_told(cache):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(Unreachable):
        await Opener(cache).open(f"http://127.0.0.1:{port}/a.nxpk")


@pytest.fixture
def silent():
    """A server that accepts, and says nothing until it is closed."""
    with ExitStack() as opened:
        server = opened.enter_context(socket.create_server(("127.0.0.1", 0)))
        yield f"http://127.0.0.1:{server.getsockname()[1]}/a.nxpk"


async def test_a_silent_server_is_given_up(cache, silent):
    with pytest.raises(Unreachable, match=r"within 0\.05 s"):
        await Opener(cache, deadline=0.05).open(silent)


async def test_those_who_are_given_up_keep_their_places(cache, silent, packages):
    opener = Opener(cache, deadline=0.05)
    late = [opener.open(silent) for _ in range(MAX_AT_ONCE)]
    results = await asyncio.gather(*late, return_exceptions=True)
    assert {type(result) for result in results} == {Unreachable}
    with pytest.raises(Full):
        await opener.open(packages / "echo.nxpk")
