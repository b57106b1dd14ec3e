"""The conversations of 2015, byte for byte, with the whole server: process and QEMU.

test_gateway.py has them with an instance of the test's own, and what else can happen.
"""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from tests.vmnetx.server.conftest import IN_TIME, ServerProcess, eventually
from vmnetx.wire import frames
from vmnetx.wire.frames import FrameDecoder
from vmnetx.wire.messages import (
    SERVER_MESSAGES,
    Authenticate,
    AuthOk,
    ErrorReport,
    VmStarted,
)
from vmnetx.wire.packing import decode, encode

DATA = Path(__file__).parents[2] / "data" / "vmnetx-vectors.json"
BYTES = {
    vector["name"]: bytes.fromhex(vector["hex"])
    for vector in json.loads(DATA.read_text())
}
# What is read, and how it is answered (spec 9.2). The rest of the connection is fine.
ODD_FRAMES = {
    "00000001c1": "error-invalid",
    "000000028080": "error-invalid",
    "0000000181": "error-invalid",
    "00000003920102": "error-invalid",
    "0000000481a16101": "error-invalid",
    "0000000481a15f05": "error-unknown-type",
    "0000001081a15fac61757468656e746963617465": "error-missing-token",
    "00000000": "error-invalid",
    "00100000" + "c0" * frames.MAX_BODY: "error-invalid",
    "00100001" + "c0" * (frames.MAX_BODY + 1): "error-too-large",
    "0000000a81c4015fc40470696e67": "error-not-authenticated",
}


class Peer:
    """Says and hears bytes, as a client of 2015 did."""

    def __init__(self, port):
        self._socket = socket.create_connection(("127.0.0.1", port), IN_TIME)
        self._decoder = FrameDecoder()

    def say(self, *words):
        self._socket.sendall(b"".join(BYTES.get(word, word) for word in words))

    def hear(self):
        """The next frame, with its length."""
        while (body := self._decoder.next_frame()) is None:
            data = self._socket.recv(65536)
            if not data:
                return b""
            self._decoder.feed(data)
        return frames.encode(body)

    def hears(self, name):
        assert self.hear() == BYTES[name]

    def read(self, count):
        raw = self._decoder.take_rest()
        while len(raw) < count:
            raw += self._socket.recv(count - len(raw))
        return raw

    def authenticate(self, token):
        self.say(frames.encode(encode(Authenticate(token))))
        return self.understand()

    def understand(self):
        heard = self.hear()
        if not heard:
            raise ConnectionAbortedError("the server hung up")
        return decode(heard[4:], SERVER_MESSAGES)

    def close(self):
        self._socket.close()


@pytest.fixture(scope="module")
def server(packages, tmp_path_factory):
    process = ServerProcess(tmp_path_factory.mktemp("s"), packages)
    yield process
    process.ends()


@pytest.fixture
def dial(server):
    peers = []

    def dial():
        peers.append(Peer(server.gateway_port))
        return peers[-1]

    yield dial
    for peer in peers:
        peer.close()


@pytest.fixture
def made(server, packages):
    """An instance that nobody started yet."""
    url = (packages / "echo.nxpk").as_uri()
    return server.client.create(url, start=False)


@pytest.fixture
def token(made):
    return made.url.partition("//")[2].partition("/")[2]


def test_a_bad_token(dial):
    peer = dial()
    for _ in range(2):
        peer.say(frames.encode(encode(Authenticate("nope"))))
        peer.hears("auth-failed")
    peer.say("ping")
    peer.hears("error-not-authenticated")


def test_the_life_of_a_session(dial, server, made, token):
    control = dial()
    assert control.authenticate(token) == AuthOk("stopped", "Echo", None, 300, 305)
    control.say("stop-vm", "ping")
    control.hears("pong")

    control.say("start-vm", "start-vm")
    assert control.understand() == VmStarted(check_display=False)

    viewer = dial()
    assert viewer.authenticate(token).state == "running"
    viewer.say("attach-viewer")
    viewer.hears("attaching-viewer")
    # SPICE's link message for the main channel; the answer begins with the same word.
    link = "5245445102000000020000001200000000000000010000000000000000000012000000"
    viewer.say(bytes.fromhex(link) + bytes(7))
    assert viewer.read(4) == b"REDQ"

    control.say("destroy-vm")
    control.hears("vm-destroyed")
    assert control.hear() == b""
    eventually(lambda: made.id not in {each.id for each in server.client.instances()})


def test_a_clients_error_closes(dial, token):
    control = dial()
    control.authenticate(token)
    control.say(frames.encode(encode(ErrorReport("client unhappy"))))
    assert control.hear() == b""


@pytest.mark.parametrize("data", ODD_FRAMES, ids=lambda data: data[:28])
def test_an_odd_frame_is_answered_and_the_conversation_goes_on(dial, token, data):
    peer = dial()
    peer.say(bytes.fromhex(data))
    peer.hears(ODD_FRAMES[data])
    assert peer.authenticate(token).state == "stopped"


def test_a_token_of_a_newer_dialect_opens_too(dial, token):
    """str8, which we never send."""
    body = b"\x82\xa1_\xacauthenticate\xa5token\xd9\x25" + token.encode()
    peer = dial()
    peer.say(frames.encode(body))
    assert isinstance(peer.understand(), AuthOk)


def test_an_instance_that_nobody_sees_any_more_is_gone(start_server, packages):
    """The last line of 9.4, with its two times."""
    server = start_server("--instance-timeout", 2, "--gc-interval", 1)
    server.client.create((packages / "echo.nxpk").as_uri(), start=False)
    eventually(lambda: server.client.instances() == [])
