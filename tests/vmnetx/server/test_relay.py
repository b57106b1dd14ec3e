"""The relay between a real WebSocket and a unix socket that stands for QEMU's."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress

import pytest
from aiohttp import ClientSession, web

from tests.vmnetx.server.conftest import IN_TIME
from vmnetx.server.relay import Closing, Relay, Side

PIECE = b"x" * 65536
MEGABYTES = 64


@pytest.fixture
def relaying(data):
    """Relays one WebSocket to `screen`; gives it and the future of how that ended."""

    @asynccontextmanager
    async def relaying(screen, slow_seconds=IN_TIME):
        ended = asyncio.get_running_loop().create_future()

        async def handle(request):
            web_socket = web.WebSocketResponse(compress=False, timeout=1)
            await web_socket.prepare(request)
            streams = await asyncio.open_unix_connection(data / "screen.sock")
            try:
                ended.set_result(await Relay(web_socket, streams, slow_seconds).run())
            except Closing as closing:
                ended.set_result(closing.code)
                await web_socket.close(code=closing.code)
            return web_socket

        screens = []

        async def serve(reader, writer):
            screens.append(asyncio.current_task())
            try:
                await screen(reader, writer)
            finally:
                writer.transport.abort()

        server = await asyncio.start_unix_server(serve, data / "screen.sock")
        application = web.Application()
        application.add_routes([web.get("/", handle)])
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        async with (
            ClientSession() as session,
            session.ws_connect(url, max_msg_size=0) as web_socket,
        ):
            yield web_socket, ended
        await runner.cleanup()
        server.close()
        for each in screens:
            each.cancel()
        await asyncio.gather(*screens, return_exceptions=True)

    return relaying


async def echo(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


async def hang_up(reader, writer):
    writer.write(b"last words")
    await writer.drain()


async def flood(reader, writer):
    with suppress(ConnectionError):
        while True:
            writer.write(PIECE)
            await writer.drain()


async def ignore(reader, writer):
    await reader.read(1)
    await asyncio.sleep(IN_TIME)


async def test_every_byte_comes_back_in_order(relaying):
    sent = bytes(range(256)) * 2048
    async with relaying(echo) as (web_socket, ended):
        received = bytearray()

        async def collect():
            while len(received) < len(sent):
                received.extend(await web_socket.receive_bytes())

        collecting = asyncio.create_task(collect())
        for start in range(0, len(sent), 100_000):
            await web_socket.send_bytes(sent[start : start + 100_000])
        await collecting
        assert received == sent
        await web_socket.close()
        assert await ended is Side.VIEWER


async def test_what_the_machine_said_last_arrives(relaying):
    async with relaying(hang_up) as (web_socket, ended):
        assert await web_socket.receive_bytes() == b"last words"
        assert await ended is Side.MACHINE


async def test_a_viewer_that_does_not_read_is_closed_and_told(relaying):
    async with relaying(flood, slow_seconds=0.1) as (web_socket, ended):
        transport = web_socket._response.connection.transport
        transport.pause_reading()
        assert await ended == 4408
        transport.resume_reading()
        async for _ in web_socket:
            pass
        assert web_socket.close_code == 4408


async def test_what_waits_for_a_slow_viewer_is_bounded(relaying):
    """The machine is held back: it cannot write more than the buffers take."""
    written = 0

    async def counting(reader, writer):
        nonlocal written
        with suppress(ConnectionError):
            while True:
                writer.write(PIECE)
                await writer.drain()
                written += len(PIECE)

    async with relaying(counting, slow_seconds=0.3) as (web_socket, ended):
        web_socket._response.connection.transport.pause_reading()
        await ended
        assert 0 < written < MEGABYTES * 1024 * 1024
        web_socket._response.connection.transport.abort()


async def test_a_machine_that_does_not_listen_is_given_up(relaying):
    async with relaying(ignore, slow_seconds=0.1) as (web_socket, ended):
        while not ended.done():
            try:
                await web_socket.send_bytes(PIECE * 4)
            except ConnectionError:
                break
        assert await ended == 1011


async def test_text_is_refused(relaying):
    async with relaying(echo) as (web_socket, ended):
        await web_socket.send_str("hello")
        assert await ended == 1003


async def test_a_lost_connection_ends_the_relay(relaying):
    async with relaying(echo) as (web_socket, ended):
        web_socket._response.connection.transport.abort()
        assert await ended is Side.VIEWER
