"""The WebSocket with a real machine's screen behind it."""

from __future__ import annotations

import asyncio
import logging
import socket
from contextlib import asynccontextmanager, suppress

import pytest
from aiohttp import ClientSession, WSServerHandshakeError, web

from tests.vmnetx.server.conftest import IN_TIME, becomes
from vmnetx.server.registry import Wish
from vmnetx.server.viewer import Viewer, ViewerLimits

GREETING = b"RFB 003.008\n"


@asynccontextmanager
async def serving(registry, origins=frozenset(), **limits):
    viewer = Viewer(registry.get, origins, ViewerLimits(**limits))
    runner = web.AppRunner(viewer.application(), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    async with ClientSession(f"http://127.0.0.1:{port}") as session:
        yield session
    await runner.cleanup()


@pytest.fixture
async def page(registry):
    async with serving(registry) as session:
        yield session


@pytest.fixture
async def flooding(instance):
    """An instance whose screen never stops changing, and asks nobody first."""

    async def flood(reader, writer):
        with suppress(ConnectionError):
            while True:
                writer.write(b"x" * 65536)
                await writer.drain()

    machine = await instance.running_machine(IN_TIME)
    path = machine.directory / "flood.sock"
    server = await asyncio.start_unix_server(flood, path)
    machine.vnc_socket = path
    yield instance
    server.close()


def view(page, instance, **options):
    protocols = ["binary", f"token.{instance.facts.viewer_token}"]
    return page.ws_connect(f"/viewer/{instance.id}", protocols=protocols, **options)


async def received(web_socket):
    async with asyncio.timeout(IN_TIME):
        return await web_socket.receive_bytes()


async def closed(web_socket):
    """Read to the end; the code that it was closed with."""
    async with asyncio.timeout(IN_TIME):
        async for _ in web_socket:
            pass
    return web_socket.close_code


async def handshake(web_socket):
    """RFC 6143, version 3.8 without a password, shared; gives the screen's size."""
    assert await received(web_socket) == GREETING
    await web_socket.send_bytes(GREETING)
    assert await received(web_socket) == b"\x01\x01"
    await web_socket.send_bytes(b"\x01")
    assert await received(web_socket) == b"\0\0\0\0"
    await web_socket.send_bytes(b"\x01")
    first = await received(web_socket)
    return int.from_bytes(first[:2], "big"), int.from_bytes(first[2:4], "big")


async def test_a_viewer_sees_the_screen(page, instance):
    async with view(page, instance) as web_socket:
        assert web_socket.protocol == "binary"
        assert web_socket.compress == 0
        width, height = await handshake(web_socket)
        assert width > 600
        assert height > 300
        everything = b"\x03\0\0\0\0\0" + width.to_bytes(2, "big")
        await web_socket.send_bytes(everything + height.to_bytes(2, "big"))
        assert (await received(web_socket)).startswith(b"\0\0")


async def test_two_view_at_once(page, instance):
    async with view(page, instance) as first, view(page, instance) as second:
        # The guest may change its screen's size between the two.
        assert min(await handshake(first)) > 300
        assert min(await handshake(second)) > 300
        assert instance.watchers == 2


async def test_who_goes_is_counted_no_more(page, instance):
    before = instance.last_seen
    async with view(page, instance) as web_socket:
        await received(web_socket)
    async with asyncio.timeout(IN_TIME):
        while instance.watchers:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert instance.last_seen > before


@pytest.mark.parametrize("token", ["token.", "token.wrong", "binary", "token.ü"])
async def test_a_wrong_token_is_told_after_the_handshake(page, instance, token):
    path = f"/viewer/{instance.id}"
    async with page.ws_connect(path, protocols=["binary", token]) as web_socket:
        assert await closed(web_socket) == 4403


async def test_the_protocols_own_secret_does_not_open_the_viewer(page, instance):
    token = f"token.{instance.facts.auth_code}"
    path = f"/viewer/{instance.id}"
    async with page.ws_connect(path, protocols=["binary", token]) as web_socket:
        assert await closed(web_socket) == 4403


async def test_an_unknown_machine_looks_like_a_wrong_token(page, instance):
    token = f"token.{instance.facts.viewer_token}"
    path = "/viewer/AAAQEAYEAUDAOCAJ"
    async with page.ws_connect(path, protocols=["binary", token]) as web_socket:
        assert await closed(web_socket) == 4403


async def test_who_does_not_offer_binary_is_refused_and_nothing_is_logged(
    page, instance, caplog
):
    token = f"token.{instance.facts.viewer_token}"
    with pytest.raises(WSServerHandshakeError) as refused:
        await page.ws_connect(f"/viewer/{instance.id}", protocols=[token])
    assert refused.value.status == 400
    assert instance.facts.viewer_token not in caplog.text


async def test_no_secret_is_ever_logged(page, instance, caplog):
    caplog.set_level(logging.DEBUG)
    async with view(page, instance) as web_socket:
        await handshake(web_socket)
    async with page.ws_connect(
        f"/viewer/{instance.id}", protocols=["binary", "token.guessed"]
    ) as web_socket:
        await closed(web_socket)
    await instance.ended()
    assert instance.id in caplog.text
    for secret in (instance.facts.viewer_token, instance.facts.auth_code, "guessed"):
        assert secret not in caplog.text


async def test_only_listed_pages_may_view(registry, instance):
    async with serving(registry, frozenset({"https://olive.example"})) as page:
        async with view(page, instance, origin="https://evil.example") as web_socket:
            assert await closed(web_socket) == 4403
        async with view(page, instance, origin="https://olive.example") as web_socket:
            assert await received(web_socket) == GREETING


async def test_who_comes_early_waits_for_the_machine(page, registry, wish):
    instance = await registry.create(wish)
    assert instance.status == "starting"
    async with view(page, instance) as web_socket:
        assert await received(web_socket) == GREETING


async def test_a_machine_that_takes_too_long_is_told(registry, wish):
    instance = await registry.create(wish)
    async with (
        serving(registry, start_seconds=0.0) as page,
        view(page, instance) as web_socket,
    ):
        assert await closed(web_socket) == 4409


async def test_a_machine_that_nobody_started_is_told(page, registry, wish):
    instance = await registry.create(Wish(wish.url))
    async with view(page, instance) as web_socket:
        assert await closed(web_socket) == 4409


async def test_the_end_of_the_instance_is_told(page, instance):
    async with view(page, instance) as web_socket:
        await handshake(web_socket)
        instance.destroy()
        assert await closed(web_socket) == 4410


async def test_switching_off_is_told(page, instance):
    async with view(page, instance) as web_socket:
        await handshake(web_socket)
        instance.stop()
        assert await closed(web_socket) == 4409


async def test_a_crash_is_told(page, instance):
    async with view(page, instance) as web_socket:
        await handshake(web_socket)
        instance.kill()
        assert await closed(web_socket) == 4409
    await becomes(instance, "failed")


async def test_viewers_are_bounded(registry, instance):
    async with (
        serving(registry, viewers_per_instance=1) as page,
        view(page, instance) as first,
    ):
        await received(first)
        async with view(page, instance) as second:
            assert await closed(second) == 1013


async def test_only_bytes_are_understood(page, instance):
    async with view(page, instance) as web_socket:
        await web_socket.send_str("hello")
        assert await closed(web_socket) == 1003


async def test_a_message_is_bounded(page, instance):
    async with view(page, instance) as web_socket:
        await web_socket.send_bytes(b"\0" * (1024 * 1024 + 1))
        assert await closed(web_socket) == 1009


async def test_it_is_answered_at_once(page, instance):
    """TCP_NODELAY: small messages never wait for an acknowledgement."""
    async with view(page, instance) as web_socket:
        await handshake(web_socket)
        connection = web_socket.get_extra_info("socket")
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_who_never_reads_does_not_stay_in_memory(registry, flooding):
    """4408 is told to who reads on; the connection of who does not is cut."""
    async with serving(registry, slow_seconds=0.1, closing_seconds=0.05) as page:
        web_socket = await view(page, flooding)
        transport = web_socket._response.connection.transport
        transport.pause_reading()
        async with asyncio.timeout(IN_TIME):
            while not flooding.watchers:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            while flooding.watchers:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        transport.abort()
    assert flooding.status == "running"


async def test_who_looks_without_a_websocket_is_told(page, instance):
    answer = await page.get(f"/viewer/{instance.id}")
    assert answer.status == 400
    answer = await page.get("/health")
    assert await answer.json() == {"status": "ok"}
