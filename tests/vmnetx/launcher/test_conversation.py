from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from vmnetx.errors import ProtocolError, Refused, Unreachable
from vmnetx.launcher import conversation
from vmnetx.launcher.conversation import Conversation, Dial
from vmnetx.wire import frames, packing
from vmnetx.wire.messages import (
    AuthOk,
    ErrorReport,
    Ping,
    Pong,
    StartupProgress,
    VmStarted,
)


def frame(message):
    return frames.encode(packing.encode(message))


@asynccontextmanager
async def scripted(*pieces):
    """A server that answers the authentication with these bytes, and hangs up."""

    async def serve(reader, writer):
        head = await reader.readexactly(4)
        await reader.readexactly(int.from_bytes(head, "big"))
        for piece in pieces:
            writer.write(piece)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield Dial("127.0.0.1", server.sockets[0].getsockname()[1], "token")


async def test_the_right_token_opens_the_session(dial):
    talk, auth_ok = await Conversation.dial(dial)
    assert auth_ok == AuthOk("stopped", "Test VM", None, 2, 3)
    await talk.say(Ping())
    assert await talk.hear() == Pong()
    await talk.close()


async def test_a_wrong_token_is_refused(dial):
    with pytest.raises(Refused, match=r"^Authentication failed$"):
        await Conversation.dial(replace(dial, token="wrong/token"))


async def test_nobody_there_is_said_with_the_place(unused_tcp_port):
    with pytest.raises(Unreachable, match=rf"^127\.0\.0\.1, port {unused_tcp_port}: "):
        await Conversation.dial(Dial("127.0.0.1", unused_tcp_port, "token"))


async def test_an_error_during_the_launch_is_its_failure():
    async with scripted(frame(ErrorReport("Invalid message"))) as place:
        with pytest.raises(ProtocolError, match=r"^Protocol error: Invalid message$"):
            await Conversation.dial(place)


async def test_a_server_that_hangs_up_has_not_answered():
    async with scripted() as place:
        with pytest.raises(Unreachable, match=r"^Control connection closed$"):
            await Conversation.dial(place)


async def test_a_silent_server_is_given_up(monkeypatch):
    monkeypatch.setattr(conversation, "AUTHENTICATE_SECONDS", 0.05)
    silent = asyncio.Event()

    async def serve(reader, writer):
        await silent.wait()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        place = Dial("127.0.0.1", server.sockets[0].getsockname()[1], "token")
        with pytest.raises(Unreachable, match="does not answer the authentication"):
            await Conversation.dial(place)
        silent.set()


async def test_what_is_malformed_or_unknown_is_passed_over():
    # A body that is no map, then a type of some later release.
    junk = b"\x00\x00\x00\x01\xc0" + b"\x00\x00\x00\x08\x81\xa1_\xa4news"
    opened = frame(AuthOk("running", "VM"))
    async with scripted(opened, junk, frame(VmStarted(check_display=True))) as place:
        talk, _ = await Conversation.dial(place)
        assert await talk.hear() == VmStarted(check_display=True)
        with pytest.raises(Unreachable):
            await talk.hear()
        await talk.abort()


async def test_a_server_that_announces_4_gib_is_not_listened_to():
    opened = frame(AuthOk("running", "VM"))
    async with scripted(opened, b"\xff\xff\xff\xff") as place:
        talk, _ = await Conversation.dial(place)
        with pytest.raises(ProtocolError, match="Message too large"):
            await talk.hear()
        await talk.abort()


async def test_a_cancelled_wait_loses_nothing(dial, guest):
    talk, _ = await Conversation.dial(dial)
    waiting = asyncio.create_task(talk.hear())
    await asyncio.wait([waiting], timeout=0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    guest.tell(StartupProgress(0.25))
    assert await talk.hear() == StartupProgress(0.25)
    await talk.close()


async def test_closing_sends_what_is_unsent(dial, guest):
    talk, _ = await Conversation.dial(dial)
    touched = guest.touched
    guest.was_touched.clear()
    talk.streams[1].write(frame(Ping()))
    await talk.close()
    async with asyncio.timeout(5):
        await guest.was_touched.wait()
    assert guest.touched == touched + 1


def test_the_token_is_not_in_a_dial_s_text():
    assert "secret" not in repr(Dial("h", 1, "secret"))
