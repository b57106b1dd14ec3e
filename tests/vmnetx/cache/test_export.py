"""A client that speaks NBD by hand, and QEMU's own."""

from __future__ import annotations

import shutil
import socket
import struct
import subprocess
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.vmnetx.cache.conftest import SIZE, some_bytes
from tests.vmnetx.package import web
from vmnetx.cache import cached_source as source_module
from vmnetx.cache import nbd
from vmnetx.cache.chunks import CHUNK
from vmnetx.cache.export import Export

IN_TIME = 60
SECTORS = -(-SIZE // 512) * 512


@pytest.fixture
def folder():
    """pytest's own would be too long a path for a socket."""
    path = Path(tempfile.mkdtemp(prefix="x-", dir="/tmp"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def place(folder):
    return folder / "disk.sock"


@pytest.fixture
def source(cache, origin):
    source = cache.open(origin.url())
    yield source
    source.close()


def listen(place):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(place))
    listener.listen()
    return listener


@pytest.fixture
def export(source, place):
    export = Export(source, listen(place))
    yield export
    export.close()


class Client:
    def __init__(self, place):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(IN_TIME)
        self.cookie = 0
        self.place = place

    def receive(self, count):
        data = b""
        while len(data) < count:
            part = self.socket.recv(count - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def option(self, number, data=b""):
        self.socket.sendall(b"IHAVEOPT" + struct.pack(">II", number, len(data)) + data)
        _, _, kind, length = struct.unpack(">QIII", self.receive(20))
        return kind, self.receive(length)

    def dial(self):
        self.socket.connect(str(self.place))
        return self

    def greet(self):
        assert self.receive(18) == nbd.GREETING
        self.socket.sendall(struct.pack(">I", 3))
        return self

    def go(self):
        self.dial().greet()
        name = nbd.EXPORT.encode()
        kind, info = self.option(7, struct.pack(">I", len(name)) + name + b"\0\0")
        assert (kind, info) == (3, struct.pack(">HQH", 0, SECTORS, 3))
        self.receive(20 + 14)
        assert self.receive(20)[12:16] == struct.pack(">I", 1)
        return self

    def ask(self, offset, length, command=0):
        self.cookie += 1
        fields = (0x25609513, 0, command, self.cookie, offset, length)
        self.socket.sendall(struct.pack(">IHHQQI", *fields))
        return self.cookie

    def answer(self, length):
        _, error, cookie = struct.unpack(">IIQ", self.receive(16))
        return cookie, error or self.receive(length)

    def read(self, offset, length):
        cookie = self.ask(offset, length)
        answered, outcome = self.answer(length)
        assert answered == cookie
        return outcome

    def is_left_alone(self):
        try:
            return self.socket.recv(1) == b""
        except ConnectionError:
            return True


@pytest.fixture
def connect(export, place):
    with ExitStack() as opened:

        def connect():
            client = Client(place)
            opened.callback(client.socket.close)
            return client

        yield connect


@pytest.fixture
def client(connect):
    return connect().go()


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(source_module, "PATIENCE_SECONDS", 0.0)


@pytest.mark.parametrize(
    ("offset", "length"), [(0, 1), (511, 513), (CHUNK - 1, 2), (0, SIZE), (SIZE - 1, 1)]
)
def test_any_part_is_read(client, origin, offset, length):
    for _ in range(2):
        assert client.read(offset, length) == origin.data[offset : offset + length]
    assert origin.fetched <= SIZE


def test_the_last_sector_is_filled_up_with_zeros(client, origin):
    tail = origin.data[SIZE - SIZE % 512 :]
    assert client.read(SECTORS - 512, 512) == tail.ljust(512, b"\0")


@pytest.mark.parametrize(
    ("offset", "length"),
    [(SECTORS, 1), (SECTORS - 1, 2), (0, 0), (2**64 - 1, 1), (0, nbd.MAX_READ + 1)],
)
def test_what_is_outside_is_invalid_and_the_next_is_not(client, origin, offset, length):
    assert client.read(offset, length) == nbd.INVALID
    assert client.read(0, 3) == origin.data[:3]


def test_another_command_is_invalid(client):
    client.ask(0, 0, command=3)
    assert client.answer(0)[1] == nbd.INVALID


def test_who_writes_is_hung_up_on(client):
    client.ask(0, 512, command=1)
    assert client.is_left_alone()


def test_who_leaves_is_let_go(client):
    client.ask(0, 0, command=2)
    assert client.is_left_alone()


def test_options_are_tried_one_after_another(connect, origin):
    client = connect().dial().greet()
    assert client.option(8)[0] == 2**31 + 1
    assert client.option(7, b"\0\0\0\1x\0\0")[0] == 2**31 + 6
    assert client.option(2)[0] == 1
    assert client.is_left_alone()


def test_noise_is_hung_up_on(connect, client, origin):
    stranger = connect().dial()
    stranger.socket.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    stranger.receive(len(nbd.GREETING))
    assert stranger.is_left_alone()
    assert client.read(0, 3) == origin.data[:3]


def test_a_slow_fetch_holds_up_nobody_who_needs_none(client, origin, source):
    source.read(0, 1)
    sound = origin._server.reply
    gate = threading.Event()

    def slow(method, headers):
        assert gate.wait(IN_TIME)
        return sound(method, headers)

    origin._server.reply = slow
    late = client.ask(3 * CHUNK, 10)
    early = client.ask(0, 10)
    assert client.answer(10) == (early, origin.data[:10])
    gate.set()
    assert client.answer(10) == (late, origin.data[3 * CHUNK :][:10])


def test_two_machines_fetch_once(connect, origin):
    clients = [connect().go() for _ in range(5)]
    for client in clients:
        client.ask(2 * CHUNK, 100)
    for client in clients:
        assert client.answer(100)[1] == origin.data[2 * CHUNK :][:100]
    assert origin.fetched == CHUNK


def test_a_server_that_is_away_is_an_io_error_and_then_over(
    client, origin, impatient, monkeypatch
):
    sound = origin._server.reply
    origin.fail(503)
    assert client.read(0, 10) == nbd.IO_ERROR
    origin._server.reply = sound
    assert client.read(0, 10) == origin.data[:10]


def test_a_server_that_comes_back_is_waited_for(client, origin):
    sound = origin._server.reply
    replies = iter([web.answer(503, "Content-Length: 0")] * 3)
    origin._server.reply = lambda *asked: next(replies, None) or sound(*asked)
    assert client.read(0, 10) == origin.data[:10]
    assert len(origin.ranges) == 4


def test_after_one_wait_in_vain_the_others_fail_at_once(client, origin, impatient):
    origin.fail(503)
    assert client.read(0, 10) == nbd.IO_ERROR
    assert client.read(CHUNK, 10) == nbd.IO_ERROR
    assert len(origin.ranges) == 2


def test_a_package_that_changed_is_an_io_error_at_once(client, origin):
    origin.put(some_bytes(5), '"v1"')
    assert client.read(0, 10) == nbd.IO_ERROR


def test_after_the_end_nobody_is_heard(export, client, connect):
    export.close()
    export.close()
    assert client.is_left_alone()
    with pytest.raises((ConnectionError, EOFError)):
        connect().go()


@pytest.mark.skipif(shutil.which("qemu-img") is None, reason="qemu-img is missing")
def test_qemu_reads_the_package(export, place, folder, origin):
    target = folder / "copy"
    where = f"nbd+unix:///{nbd.EXPORT}?socket={place}"
    command = ["qemu-img", "convert", "-f", "raw", "-O", "raw", where, target]
    subprocess.run(command, check=True, timeout=IN_TIME)
    assert target.read_bytes() == origin.data.ljust(SECTORS, b"\0")
