"""The ends and the middles of benchmarks.gateway: a source, our relays, and clients.

python -m benchmarks.relays source PATH
python -m benchmarks.relays gateway|viewer PATH     # prints its port
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import struct
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

from aiohttp import web

from vmnetx.server.gateway import Gateway
from vmnetx.server.gateway_instance import STREAM_LIMIT
from vmnetx.server.viewer import Viewer
from vmnetx.wire import frames, packing
from vmnetx.wire.messages import AttachViewer, Authenticate

TOKEN = "ABCDEFGHIJKLMNOP/abcdefghijklmnopqrst"  # noqa: S105  of nobody
VIEWER_TOKEN = "v" * 32
NAME = TOKEN.partition("/")[0]
PIECE = bytes(256 * 1024)


class Machine:
    """An instance that always runs, and whose screens are the source."""

    token, name, id = TOKEN, "Source", NAME
    state = status = "running"
    limit_mouse_rate, timeout_min, timeout_max = None, 300, 305
    facts = SimpleNamespace(viewer_token=VIEWER_TOKEN)

    def __init__(self, path: Path) -> None:
        self.vnc_socket = path

    def touch(self) -> None:
        pass

    def watching(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    async def prepare(self) -> None:
        pass

    def subscribe(self, listener: object):
        return lambda: None

    async def open_spice(self):
        return await asyncio.open_unix_connection(self.vnc_socket, limit=STREAM_LIMIT)

    async def running_machine(self, seconds: float):
        return self

    async def left_by(self, machine: object, seconds: float) -> None:
        pass


class Peer:
    """A raw connection: the bytes as they are."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._buffer = bytearray(1024 * 1024)

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def take(self, count: int) -> None:
        while count:
            got = self._socket.recv_into(self._buffer, min(count, len(self._buffer)))
            if not got:
                raise ConnectionError
            count -= got

    def close(self) -> None:
        self._socket.close()


class WebPeer(Peer):
    """A WebSocket's client, doing no more than it must."""

    def send(self, data: bytes) -> None:
        # The mask is four zeros: it costs the client nothing, and the server as ever.
        super().send(bytes([0x82, 0x80 | len(data)]) + bytes(4) + data)

    def take(self, count: int) -> None:
        while count > 0:
            count -= self._frame()

    def _frame(self) -> int:
        _, length = self._exactly(2)
        if length == 126:
            (length,) = struct.unpack("!H", self._exactly(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", self._exactly(8))
        super().take(length)
        return length

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            got = self._socket.recv(count - len(data))
            if not got:
                raise ConnectionError
            data += got
        return data


def dial(place: object) -> Peer:
    if isinstance(place, int):
        connection = socket.create_connection(("127.0.0.1", place))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    else:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(place))
    return Peer(connection)


def dial_gateway(port: object) -> Peer:
    """A connection that has become a viewer's."""
    peer = dial(port)
    for message in (Authenticate(TOKEN), AttachViewer()):
        peer.send(frames.encode(packing.encode(message)))
        (length,) = struct.unpack("!I", peer._socket.recv(4, socket.MSG_WAITALL))
        peer.take(length)
    return peer


def dial_web_socket(port: object, token: str | None) -> Peer:
    offered = "binary" if token is None else f"binary, token.{token}"
    peer = WebPeer(dial(port)._socket)
    Peer.send(
        peer,
        (
            f"GET /viewer/{NAME} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: {offered}\r\n\r\n"
        ).encode(),
    )
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        answer += peer._exactly(1)
    if b" 101 " not in answer.split(b"\r\n")[0]:
        raise ConnectionError(answer.decode())
    return peer


def source(path: Path) -> None:
    """Each connection first says what it wants: D and a count of bytes; E, an echo."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        print("ready", flush=True)
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection,), daemon=True).start()


def serve(connection: socket.socket) -> None:
    with connection, contextlib.suppress(ConnectionError):
        if connection.recv(1) == b"E":
            while data := connection.recv(65536):
                connection.sendall(data)
            return
        left = int.from_bytes(connection.recv(8, socket.MSG_WAITALL), "big")
        while left:
            connection.sendall(PIECE[: min(left, len(PIECE))])
            left -= min(left, len(PIECE))
        connection.recv(1)


async def relay(kind: str, path: Path) -> None:
    machine = Machine(path)
    if kind == "gateway":
        port = await Gateway({NAME: machine}.get).listen("127.0.0.1", 0)
    else:
        viewer = Viewer({NAME: machine}.get, frozenset())
        runner = web.AppRunner(viewer.application(), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
    print(port, flush=True)
    await asyncio.Event().wait()


def main(kind: str, path: Path) -> None:
    if kind == "source":
        source(path)
    else:
        asyncio.run(relay(kind, path))


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main(sys.argv[1], Path(sys.argv[2]))
