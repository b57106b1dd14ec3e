from __future__ import annotations

import asyncio
import socket
from contextlib import suppress

import pytest

from vmnetx.server.gateway_streams import PIECE, READ_SIZE, join, let_go, set_options

ENDLESS = 64 * 1024**2


@pytest.fixture
async def pair():
    """Both ends of one TCP connection."""
    accepted = asyncio.get_running_loop().create_future()

    async def on_connect(*streams):
        accepted.set_result(streams)

    async with await asyncio.start_server(on_connect, "127.0.0.1", 0) as server:
        near = await asyncio.open_connection(*server.sockets[0].getsockname())
        far = await accepted
        yield near, far
        for _, writer in (near, far):
            writer.transport.abort()


async def test_small_frames_go_at_once_and_the_dead_are_noticed(pair):
    (_, writer), _ = pair
    set_options(writer)
    connection = writer.get_extra_info("socket")
    assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    idle, interval, count, silence = (
        connection.getsockopt(socket.IPPROTO_TCP, option)
        for option in (
            socket.TCP_KEEPIDLE,
            socket.TCP_KEEPINTVL,
            socket.TCP_KEEPCNT,
            socket.TCP_USER_TIMEOUT,
        )
    )
    assert idle + interval * count == 60
    assert silence == 60_000


async def test_what_is_unsent_is_sent_before_the_end(pair):
    near, far = pair
    near[1].write(bytes(8_000_000))
    _, data = await asyncio.gather(let_go(near, flush=5, linger=0), far[0].read(-1))
    assert len(data) == 8_000_000


async def test_the_last_words_arrive_though_nobody_read_the_others(pair):
    """A close with unread bytes resets, and takes what was sent along."""
    near, far = pair
    far[1].write(bytes(200_000))
    await far[1].drain()
    near[1].write(b"bye")
    goodbye = asyncio.create_task(let_go(near, flush=5, linger=5))
    assert await far[0].read(-1) == b"bye"
    far[1].close()
    await goodbye


async def test_a_peer_that_reads_nothing_is_waited_for_only_so_long(pair):
    near, _ = pair
    near[1].write(bytes(20_000_000))
    async with asyncio.timeout(5):
        await let_go(near, flush=0.01, linger=0)
    assert near[1].transport.get_write_buffer_size() == 0


async def test_a_join_ends_when_either_side_does(pair):
    near, far = pair
    other = asyncio.StreamReader()
    joined = asyncio.create_task(join(near, (other, near[1])))
    far[1].close()
    async with asyncio.timeout(5):
        await joined


class Outlet:
    """A writer that takes nothing until it is opened, and counts what it was given."""

    def __init__(self):
        self.given = 0
        self.is_open = asyncio.Event()
        self.has_more = asyncio.Event()

    def write(self, data):
        self.given += len(data)
        self.has_more.set()

    async def drain(self):
        await self.is_open.wait()


@pytest.mark.parametrize("way", ["to the client", "to SPICE"])
async def test_a_side_that_does_not_read_makes_the_other_wait(pair, way):
    """The original piled up without a bound what it could not send (10.1.8)."""
    near, far = pair
    outlet = Outlet()
    source, silent = (near[0], outlet), (asyncio.StreamReader(), outlet)
    sides = (source, silent) if way == "to SPICE" else (silent, source)
    joined = asyncio.create_task(join(*sides))
    sent = 0
    with suppress(TimeoutError):
        while sent < ENDLESS:
            far[1].write(bytes(READ_SIZE))
            async with asyncio.timeout(0.5):
                await far[1].drain()
            sent += READ_SIZE
    # One piece is on its way; all else waits in the kernel and in the two buffers.
    assert outlet.given <= PIECE
    assert sent < ENDLESS
    outlet.is_open.set()
    async with asyncio.timeout(5):
        while outlet.given < sent:
            outlet.has_more.clear()
            await outlet.has_more.wait()
    joined.cancel()
    await asyncio.wait([joined])
