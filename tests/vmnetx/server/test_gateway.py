"""The gateway on real loopback sockets, with an instance that is none of QEMU's."""

from __future__ import annotations

import asyncio
import resource
import shutil
import socket
import ssl
import struct
from contextlib import asynccontextmanager, contextmanager

import pytest

from vmnetx.errors import MachineFailed, Refused
from vmnetx.server.gateway import Gateway, GatewayLimits
from vmnetx.wire import frames, packing
from vmnetx.wire.messages import (
    SERVER_MESSAGES,
    AttachingViewer,
    AttachViewer,
    Authenticate,
    AuthFailed,
    AuthOk,
    DestroyVm,
    ErrorReport,
    Ping,
    Pong,
    StartupFailed,
    StartupProgress,
    StartVm,
    StopVm,
    VmDestroyed,
    VmStarted,
    VmStopped,
)

TOKEN = "ABCDEFGHIJKLMNOP/abcdefghijklmnopqrst"
AUTHENTICATE = Authenticate(TOKEN)
AUTH_OK = AuthOk("stopped", "Test VM", None, 2, 3)
IN_TIME = 5


class Guest:
    """An instance whose machine is a word and whose SPICE shouts back."""

    token = TOKEN
    name = "Test VM"
    limit_mouse_rate = None
    timeout_min = 2
    timeout_max = 3

    def __init__(self):
        self.state = "stopped"
        self.listeners = []
        self.touched = 0
        self.starts = 0
        self.trouble = None
        self.spice_port = None
        self.may_attach = asyncio.Event()
        self.may_attach.set()
        self.is_attaching = asyncio.Event()
        self.is_dying = False
        self.watchers = 0
        self.is_alone = asyncio.Event()
        self.has_left = asyncio.Event()
        self.spice_has_ended = asyncio.Event()

    def touch(self):
        self.touched += 1

    @contextmanager
    def watching(self):
        self.watchers += 1
        yield
        self.watchers -= 1
        self.is_alone.set()

    async def prepare(self):
        if self.trouble:
            raise self.trouble

    def subscribe(self, listener):
        if self.is_dying:
            raise Refused("")
        self.listeners.append(listener)
        return lambda: self.leave(listener)

    def leave(self, listener):
        self.listeners.remove(listener)
        self.has_left.set()

    def tell(self, event):
        for listener in [*self.listeners]:
            listener(event)

    def start(self):
        self.starts += 1
        self.state = "starting"
        self.tell(StartupProgress(0.0))

    def run(self):
        self.state = "running"
        self.tell(VmStarted(check_display=True))

    def stop(self):
        self.state = "stopped"
        self.tell(VmStopped())

    def destroy(self):
        self.is_dying = True
        self.tell(VmDestroyed())

    async def open_spice(self):
        self.is_attaching.set()
        await self.may_attach.wait()
        return await asyncio.open_connection("127.0.0.1", self.spice_port)


class Dialled:
    """A client: says messages, hears messages, and both with a deadline."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    def say(self, *messages):
        for message in messages:
            self.writer.write(frames.encode(packing.encode(message)))

    async def hear(self):
        async with asyncio.timeout(IN_TIME):
            head = await self.reader.readexactly(4)
            body = await self.reader.readexactly(int.from_bytes(head, "big"))
            return packing.decode(body, SERVER_MESSAGES)

    async def is_closed(self):
        async with asyncio.timeout(IN_TIME):
            try:
                return await self.reader.read() == b""
            except ConnectionResetError:
                return True

    async def ask(self, message):
        self.say(message)
        return await self.hear()


@pytest.fixture
async def guest():
    async def shout(reader, writer):
        while data := await reader.read(65536):
            writer.write(data.upper())
            await writer.drain()
        writer.close()
        guest.spice_has_ended.set()

    guest = Guest()
    async with await asyncio.start_server(shout, "127.0.0.1", 0) as spice:
        guest.spice_port = spice.sockets[0].getsockname()[1]
        yield guest


@pytest.fixture
def serve(guest):
    """Runs a gateway; gives a function that dials it."""

    @asynccontextmanager
    async def serve(host="127.0.0.1", tls=(None, None), **limits):
        gateway = Gateway(
            {TOKEN.split("/")[0]: guest}.get,
            GatewayLimits(linger_seconds=0.1, **limits),
        )
        port = await gateway.listen(host, 0, tls[0] and (lambda: tls[0]))
        clients = []

        async def dial():
            streams = await asyncio.open_connection(host, port, ssl=tls[1])
            clients.append(Dialled(*streams))
            return clients[-1]

        dial.gateway, dial.port = gateway, port
        try:
            yield dial
        finally:
            for client in clients:
                client.writer.transport.abort()
            await gateway.close()

    return serve


@pytest.fixture
async def dial(serve):
    async with serve() as dial:
        yield dial


@pytest.fixture
async def control(dial):
    client = await dial()
    assert await client.ask(AUTHENTICATE) == AUTH_OK
    return client


async def attach(dial):
    viewer = await dial()
    assert (await viewer.ask(AUTHENTICATE)).state == "running"
    assert await viewer.ask(AttachViewer()) == AttachingViewer()
    return viewer


# The transcripts of 9.4.


async def test_a_bad_token_fails_and_may_be_tried_again(dial):
    client = await dial()
    for _ in range(2):
        answer = await client.ask(Authenticate("nope"))
        assert answer == AuthFailed("Authentication failed")
    assert await client.ask(Ping()) == ErrorReport("Not authenticated")
    assert await client.ask(AUTHENTICATE) == AUTH_OK


async def test_the_first_control_connection(control, guest):
    control.say(StopVm())
    assert await control.ask(Ping()) == Pong()
    assert await control.ask(StartVm()) == StartupProgress(0.0)
    # The original answered the second with a fatal error (10.1.11).
    control.say(StartVm())
    assert await control.ask(Ping()) == Pong()
    guest.run()
    assert await control.hear() == VmStarted(check_display=True)
    assert guest.starts == 1


async def test_a_viewer_is_raw_bytes_both_ways(dial, guest):
    guest.state = "running"
    viewer = await attach(dial)
    viewer.writer.write(b"redq")
    assert await viewer.reader.readexactly(4) == b"REDQ"


async def test_an_error_of_the_client_closes(control):
    control.say(ErrorReport("client unhappy"))
    assert await control.is_closed()


async def test_destroying_tells_all_controls_and_closes_all(dial, control, guest):
    guest.state = "running"
    other, viewer = await dial(), await attach(dial)
    await other.ask(AUTHENTICATE)
    control.say(DestroyVm())
    for client in (control, other):
        assert await client.hear() == VmDestroyed()
        assert await client.is_closed()
    assert await viewer.is_closed()
    assert guest.listeners == []


# A SPICE link message: magic, version 2.2, size of the rest.
LINK = struct.Struct("<4sIII")
LINK_BODY = struct.pack("<IBBIII", 0, 1, 0, 0, 0, 18)


@pytest.fixture
async def qemu(tmp_path):
    """A real QEMU without a disk, held at its first instruction; its SPICE socket."""
    path, secret = tmp_path / "spice.sock", tmp_path / "secret"
    secret.write_text(TOKEN)
    spice = f"unix=on,addr={path},password-secret=token,disable-copy-paste=on"
    machine = ["-M", "pc", "-accel", "tcg", "-m", "16", "-nodefaults", "-S"]
    devices = ["-display", "none", "-device", "qxl-vga", "-monitor", "stdio"]
    secrets = ["-object", f"secret,id=token,file={secret}", "-spice", spice]
    process = await asyncio.create_subprocess_exec(
        "qemu-system-x86_64",
        *machine,
        *devices,
        *secrets,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    async with asyncio.timeout(20):
        # Its prompt comes when every device and server is up.
        await process.stdout.readuntil(b"(qemu)")
    yield path
    process.stdin.write(b"quit\n")
    async with asyncio.timeout(IN_TIME):
        await process.communicate()


@pytest.mark.skipif(not shutil.which("qemu-system-x86_64"), reason="QEMU is missing")
async def test_the_spice_server_of_qemu_answers_through_the_gateway(dial, guest, qemu):
    guest.state = "running"
    guest.open_spice = lambda: asyncio.open_unix_connection(qemu)
    viewer = await attach(dial)
    viewer.writer.write(LINK.pack(b"REDQ", 2, 2, len(LINK_BODY)) + LINK_BODY)
    async with asyncio.timeout(IN_TIME):
        answer = LINK.unpack(await viewer.reader.readexactly(LINK.size))
        body = await viewer.reader.readexactly(answer[3])
    assert answer[:3] == (b"REDQ", 2, 2)
    # No error, and then the public key that the password is encrypted with.
    assert body.startswith(bytes(4) + b"\x30\x81\x9f\x30")


# What else 1.13 asks for.


async def test_every_ping_and_every_token_is_a_sign_of_life(control, guest):
    assert guest.touched == 1
    await control.ask(Ping())
    assert guest.touched == 2


async def test_nothing_is_replayed_after_auth_ok(dial, guest):
    guest.stop()
    client = await dial()
    assert await client.ask(AUTHENTICATE) == AUTH_OK
    assert await client.ask(Ping()) == Pong()


async def test_events_are_held_back_while_a_viewer_attaches(control, guest):
    guest.state = "running"
    guest.may_attach.clear()
    control.say(AttachViewer())
    await guest.is_attaching.wait()
    guest.tell(VmStopped())
    guest.may_attach.set()
    assert await control.hear() == AttachingViewer()
    control.writer.write(b"redq")
    assert await control.reader.readexactly(4) == b"REDQ"
    guest.tell(VmStopped())
    control.writer.write(b"more")
    assert await control.reader.readexactly(4) == b"MORE"


async def test_events_held_back_are_told_when_the_viewer_could_not_attach(
    control, guest
):
    guest.state, guest.spice_port = "running", 1
    guest.may_attach.clear()
    control.say(AttachViewer())
    await guest.is_attaching.wait()
    guest.tell(VmStopped())
    guest.may_attach.set()
    assert await control.hear() == ErrorReport("Couldn't connect viewer")
    assert await control.hear() == VmStopped()


async def test_a_viewer_of_a_stopped_machine_is_refused_and_no_more(control):
    """In the original the connection was wedged (10.1.5)."""
    assert await control.ask(AttachViewer()) == ErrorReport("Couldn't connect viewer")
    assert await control.ask(Ping()) == Pong()


async def test_what_is_pipelined_behind_attach_viewer_reaches_spice(dial, guest):
    guest.state = "running"
    viewer = await dial()
    viewer.say(AUTHENTICATE, AttachViewer())
    viewer.writer.write(b"redq")
    assert (await viewer.hear()).state == "running"
    assert await viewer.hear() == AttachingViewer()
    assert await viewer.reader.readexactly(4) == b"REDQ"


async def test_a_viewer_keeps_its_instance_in_use(dial, guest):
    """In the original an instance could be collected while it was looked at."""
    guest.state = "running"
    viewer = await attach(dial)
    assert guest.watchers == 1
    viewer.writer.close()
    async with asyncio.timeout(IN_TIME):
        await guest.is_alone.wait()


async def test_megabytes_pass_a_viewer_unchanged(dial, guest):
    guest.state = "running"
    viewer = await attach(dial)
    data = bytes(range(97, 123)) * 200_000
    viewer.writer.write(data)
    async with asyncio.timeout(IN_TIME):
        assert await viewer.reader.readexactly(len(data)) == data.upper()


async def test_the_end_of_a_viewer_is_the_end_of_its_spice_channel(dial, guest):
    guest.state = "running"
    viewer = await attach(dial)
    viewer.writer.close()
    async with asyncio.timeout(IN_TIME):
        await guest.spice_has_ended.wait()


async def test_a_machine_that_is_stopping_cannot_be_started(control, guest):
    guest.state = "stopping"
    error = ErrorReport("Can't start VM unless it is stopped")
    assert await control.ask(StartVm()) == error


async def test_a_stop_is_told_to_every_control_connection(dial, control, guest):
    other = await dial()
    await other.ask(AUTHENTICATE)
    guest.state = "running"
    assert await control.ask(StopVm()) == VmStopped()
    assert await other.hear() == VmStopped()


async def test_a_failed_start_says_why_in_one_plain_line(control, guest):
    guest.tell(StartupFailed("no\n<b>room</b>"))
    assert await control.hear() == StartupFailed("no \u2039b\u203aroom\u2039/b\u203a")


async def test_a_machine_that_cannot_be_prepared_does_not_look_like_a_wrong_token(
    dial, guest
):
    """In the original it did, for good (10.1.14)."""
    guest.trouble = MachineFailed("QEMU cannot be run")
    client = await dial()
    assert await client.ask(AUTHENTICATE) == AuthFailed("QEMU cannot be run")
    guest.trouble = None
    assert await client.ask(AUTHENTICATE) == AUTH_OK


async def test_a_dying_instance_answers_auth_failed(dial, guest):
    """The original never answered (10.1.15)."""
    guest.is_dying = True
    client = await dial()
    assert await client.ask(AUTHENTICATE) == AuthFailed("Authentication failed")


async def test_states_and_counts_that_clients_choke_on_are_not_said(dial, guest):
    guest.state, guest.limit_mouse_rate, guest.timeout_max = "paused", 10**6, 10**6
    client = await dial()
    answer = await client.ask(AUTHENTICATE)
    assert answer == AuthOk("unknown", "Test VM", 65535, 2, 65535)


# Bad peers.


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("00000000", "Invalid message"),
        ("00000001c1", "Invalid message"),
        ("0000000481a15f05", "Unknown message type"),
        ("0000001081a15fac61757468656e746963617465", "Missing field in authenticate"),
    ],
)
async def test_a_bad_frame_is_answered_and_the_connection_goes_on(dial, data, text):
    client = await dial()
    client.writer.write(bytes.fromhex(data))
    assert (await client.hear()).message.startswith(text)
    assert await client.ask(AUTHENTICATE) == AUTH_OK


async def test_an_oversized_frame_is_answered_and_skipped(dial):
    client = await dial()
    client.writer.write(b"\0\x10\0\1")
    assert await client.hear() == ErrorReport("Message too large")
    client.writer.write(bytes(frames.MAX_BODY + 1))
    assert await client.ask(AUTHENTICATE) == AUTH_OK


async def test_four_gigabytes_are_refused_and_not_read(control):
    """The original read them all (10.1.7)."""
    control.writer.write(b"\xff\xff\xff\xff")
    assert await control.hear() == ErrorReport("Message too large")
    assert await control.is_closed()


async def test_a_guesser_is_shown_out(serve):
    """The original let anyone guess for ever (10.1.3)."""
    async with serve(refusals=3) as dial:
        client = await dial()
        for _ in range(3):
            assert await client.ask(Authenticate("a/b")) == AuthFailed(
                "Authentication failed"
            )
        assert await client.is_closed()


async def test_a_silent_stranger_is_let_go(serve):
    async with serve(authentication_seconds=0.01) as dial:
        assert await (await dial()).is_closed()


async def test_a_client_that_authenticated_may_be_silent(serve):
    async with serve(authentication_seconds=0.5) as dial:
        client = await dial()
        assert await client.ask(AUTHENTICATE) == AUTH_OK
        assert not client.reader.at_eof()
        assert await client.ask(Ping()) == Pong()


async def test_a_client_that_reads_nothing_is_let_go(serve, guest):
    async with serve(backlog_bytes=1000) as dial:
        client = await dial()
        await client.ask(AUTHENTICATE)
        client.writer.transport.pause_reading()
        async with asyncio.timeout(IN_TIME):
            while guest.listeners:
                for _ in range(1000):
                    guest.tell(StartupFailed("x" * 1000))
                await asyncio.sleep(0)


async def test_a_client_that_dies_mid_frame_leaves_nothing(control, guest):
    control.writer.write(b"\0\0\0\x08\x81")
    control.writer.transport.abort()
    async with asyncio.timeout(IN_TIME):
        await guest.has_left.wait()
    assert guest.listeners == []


async def test_an_address_gets_no_more_than_its_places(serve):
    async with serve(connections_per_address=1) as dial:
        first = await dial()
        await first.ask(AUTHENTICATE)
        assert await (await dial()).is_closed()
        assert await first.ask(Ping()) == Pong()


async def test_strangers_do_not_take_the_places_of_those_who_are_known(serve):
    async with serve(strangers=1) as dial:
        first = await dial()
        assert await first.ask(Ping()) == ErrorReport("Not authenticated")
        assert await (await dial()).is_closed()
        assert await first.ask(AUTHENTICATE) == AUTH_OK
        second = await dial()
        assert await second.ask(AUTHENTICATE) == AUTH_OK


async def test_a_hundred_that_connect_and_reset_harm_nobody(dial):
    """One of them made the original deaf until it was restarted (10.1.9)."""
    for _ in range(100):
        with socket.create_connection(("127.0.0.1", dial.port)) as peer:
            peer.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
    client = await dial()
    assert await client.ask(AUTHENTICATE) == AUTH_OK


@pytest.fixture
def few_descriptors():
    """Leaves the process only descriptors that are open already."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with socket.socket() as next_free:
        lowest = next_free.fileno()

    def limit(spare):
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + spare, hard))

    yield limit
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_running_out_of_descriptors_is_got_over(
    dial, few_descriptors, monkeypatch
):
    """The original stopped listening for good (10.1.9)."""
    loop, has_failed = asyncio.get_running_loop(), asyncio.Event()
    loop.set_exception_handler(lambda *_: has_failed.set())
    monkeypatch.setattr(asyncio.constants, "ACCEPT_RETRY_DELAY", 0.01)
    with socket.socket() as peer:
        peer.setblocking(False)
        few_descriptors(0)
        await loop.sock_connect(peer, ("127.0.0.1", dial.port))
        async with asyncio.timeout(IN_TIME):
            await has_failed.wait()
        few_descriptors(50)
        client = Dialled(*await asyncio.open_connection("127.0.0.1", dial.port))
        assert await client.ask(AUTHENTICATE) == AUTH_OK
        client.writer.transport.abort()


# Transport.


async def test_ipv6_is_served(serve):
    async with serve(host="::1") as dial:
        assert await (await dial()).ask(AUTHENTICATE) == AUTH_OK


@pytest.fixture
def tls(certificate):
    """Both ends' contexts, for a certificate made here."""
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(certificate.path, certificate.key)
    return server, ssl.create_default_context(cafile=certificate.path)


async def test_tls_is_served(serve, tls, guest):
    """In the original the token went in clear (10.1.1)."""
    guest.state = "running"
    async with serve(tls=tls) as dial:
        viewer = await attach(dial)
        viewer.writer.write(b"redq")
        assert await viewer.reader.readexactly(4) == b"REDQ"


async def test_a_peer_has_its_place_before_its_handshake(serve, tls):
    """A handshake costs more than all that a stranger may say after it."""
    async with serve(tls=(tls[0], None), connections_per_address=1) as dial:
        await dial()
        assert await (await dial()).is_closed()
        assert dial.gateway.connections == 1


async def test_a_peer_that_makes_no_handshake_is_let_go(serve, tls):
    async with serve(tls=(tls[0], None), handshake_seconds=0.1) as dial:
        assert await (await dial()).is_closed()


async def test_closing_waits_for_no_handshake(serve, tls):
    async with serve(tls=(tls[0], None)) as dial:
        silent = await dial()
        async with asyncio.timeout(IN_TIME):
            while not dial.gateway.connections:  # noqa: ASYNC110
                await asyncio.sleep(0)
            await dial.gateway.close()
        assert await silent.is_closed()


async def test_closing_the_gateway_lets_everybody_go(dial, control):
    stranger = await dial()
    # Answered, so that both are known to be served.
    await stranger.ask(Ping())
    async with asyncio.timeout(IN_TIME):
        await dial.gateway.close()
    assert await control.is_closed()
    assert await stranger.is_closed()
    assert dial.gateway.connections == 0
    with pytest.raises(ConnectionRefusedError):
        await dial()
