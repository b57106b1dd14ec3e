from __future__ import annotations

import asyncio
import stat
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from vmnetx.errors import Refused
from vmnetx.launcher import channels
from vmnetx.launcher.channels import Channels, attach, is_running

IN_TIME = 10


@pytest.fixture
async def opened(dial, guest, spice, folder):
    guest.run()
    async with Channels(dial, folder / "viewer.sock") as opened:
        yield opened


@asynccontextmanager
async def channel(opened):
    reader, writer = await asyncio.open_unix_connection(opened.path)
    try:
        yield reader, writer
    finally:
        writer.close()
        await writer.wait_closed()


async def until(condition):
    while not condition():  # noqa: ASYNC110  the code under test has no event for it
        await asyncio.sleep(0)


async def test_bytes_go_both_ways(opened):
    async with channel(opened) as (reader, writer):
        writer.write(b"redq")
        assert await reader.readexactly(4) == b"REDQ"
        writer.write(bytes(range(256)) * 4096)
        echo = await reader.readexactly(1024 * 1024)
        assert echo == (bytes(range(256)) * 4096).upper()


async def test_each_channel_has_its_own_connection(opened, spice):
    async with channel(opened) as one, channel(opened) as other:
        for (reader, writer), word in ((one, b"main"), (other, b"display")):
            writer.write(word)
            assert await reader.readexactly(len(word)) == word.upper()
        assert len(spice.channels) == 2


async def test_only_this_user_may_connect(opened):
    assert stat.S_IMODE(opened.path.stat().st_mode) == 0o600


async def test_who_closes_the_main_channel_is_known(opened, spice):
    async with channel(opened) as (reader, writer):
        writer.write(b"x")
        await reader.readexactly(1)
        assert opened.main.was_attached
    await until(lambda: opened.main.ended_by)
    assert opened.main.ended_by == "viewer"

    opened.forget()
    async with channel(opened) as (reader, writer):
        writer.write(b"x")
        await reader.readexactly(1)
        spice.hang_up()
        assert await reader.read() == b""
    await until(lambda: opened.main.ended_by)
    assert opened.main.ended_by == "server"


async def test_only_the_first_channel_is_the_main_one(opened):
    async with channel(opened) as (main_reader, main_writer):
        main_writer.write(b"x")
        await main_reader.readexactly(1)
        async with channel(opened) as (reader, writer):
            writer.write(b"x")
            await reader.readexactly(1)
        assert opened.main.ended_by is None


async def test_an_old_viewer_s_end_says_nothing_about_the_new_one(opened):
    async with channel(opened) as (reader, writer):
        writer.write(b"x")
        await reader.readexactly(1)
        old = opened.main
        opened.forget()
    await until(lambda: old.ended_by)
    assert opened.main.ended_by is None


async def test_a_machine_that_is_off_has_no_channels(opened, guest):
    guest.stop()
    async with channel(opened) as (reader, _):
        assert await reader.read() == b""
    assert not opened.main.was_attached


async def test_a_viewer_that_does_not_read_makes_the_guest_wait(dial, guest, folder):
    """Back-pressure: what nobody reads is not piled up in between."""
    sent = 0

    async def flood(reader, writer):
        nonlocal sent
        try:
            while True:
                writer.write(bytes(65536))
                await writer.drain()
                sent += 65536
        except ConnectionError:
            writer.close()

    path = folder / "flood.sock"
    guest.run()
    guest.dial_spice = lambda: asyncio.open_unix_connection(path)
    async with (
        asyncio.timeout(IN_TIME),
        await asyncio.start_unix_server(flood, path),
        Channels(dial, folder / "viewer.sock") as opened,
        channel(opened) as (reader, _),
    ):
        await reader.readexactly(1)
        before = -1
        while sent > before:
            before = sent
            await asyncio.wait([asyncio.create_task(asyncio.sleep(0.3))])
        assert sent < 64 * 1024 * 1024


async def test_leaving_ends_every_channel(dial, guest, spice, folder):
    guest.run()
    async with asyncio.timeout(IN_TIME):
        async with Channels(dial, folder / "viewer.sock") as opened:
            reader, writer = await asyncio.open_unix_connection(opened.path)
            writer.write(b"x")
            await reader.readexactly(1)
        assert await reader.read() == b""
        writer.close()
    assert not opened.path.exists()


async def test_no_more_channels_than_a_viewer_has(opened, monkeypatch):
    monkeypatch.setattr(channels, "MAX_CHANNELS", 1)
    async with channel(opened) as (reader, writer):
        writer.write(b"x")
        await reader.readexactly(1)
        async with channel(opened) as (refused, _):
            with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
                await refused.readexactly(1)


async def test_a_viewer_is_attached_only_to_a_running_machine(dial, guest, spice):
    with pytest.raises(Refused, match=r"^Server in unexpected state: stopped$"):
        await attach(dial)
    assert not await is_running(dial)
    guest.run()
    assert await is_running(dial)
    assert not await is_running(replace(dial, token="wrong/token"))


async def test_a_machine_without_a_screen_refuses_the_viewer(dial, guest, folder):
    guest.run()
    guest.dial_spice = lambda: asyncio.open_unix_connection(folder / "absent.sock")
    with pytest.raises(Refused, match=r"^Couldn't connect viewer$"):
        await attach(dial)
