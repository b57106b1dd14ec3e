"""The server as a process: how it starts, how it ends, and what outlives it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import ssl
import subprocess
import sys
from contextlib import closing

import pytest
from aiohttp import ClientSession, WSMsgType

from tests.vmnetx.cache.conftest import Origin
from tests.vmnetx.machine.test_machine import lit, picture
from tests.vmnetx.package import web
from tests.vmnetx.server.conftest import (
    IN_TIME,
    KEY,
    ROOT,
    ServerProcess,
    eventually,
    machines,
)
from tests.vmnetx.server.test_transcripts import Peer
from vmnetx.client import ThinClientServer
from vmnetx.errors import Unreachable
from vmnetx.machine.machine import Machine


def running(server, instance_id):
    return server.client.instance(instance_id).status == "running"


def launch(server, packages):
    made = server.client.create((packages / "echo.nxpk").as_uri())
    eventually(lambda: running(server, made.id))
    return made


async def first_words(instance, port):
    """What the viewer's WebSocket says first."""
    url = f"ws://127.0.0.1:{port}/viewer/{instance.id}"
    offered = ("binary", f"token.{instance.viewer_token}")
    async with (
        ClientSession() as session,
        session.ws_connect(url, protocols=offered) as viewer,
    ):
        message = await viewer.receive(IN_TIME)
        return message.data if message.type is WSMsgType.BINARY else viewer.close_code


def refused_start(*options):
    """Exit code and last line of a server that cannot start."""
    ended = subprocess.run(
        [sys.executable, "-m", "vmnetx.server", *map(str, options)],
        cwd=ROOT,
        env=os.environ | {"VMNETX_SECRET_KEY": KEY},
        capture_output=True,
        text=True,
        timeout=IN_TIME,
        check=False,
    )
    return ended.returncode, ended.stderr.splitlines()[-1]


@pytest.fixture
def killed(start_server, packages):
    """A server with one running machine, and then without the server."""
    server = start_server()
    instance = launch(server, packages)
    server.ends(signal.SIGKILL)
    return instance


def test_a_clean_end_leaves_no_machine_and_no_file(start_server, packages, data):
    server = start_server()
    launch(server, packages)
    assert machines(data) != []
    assert server.ends(signal.SIGTERM) == 0
    assert machines(data) == []
    assert list((data / "instances").iterdir()) == []


def test_a_machine_outlives_its_killed_server_and_is_adopted(
    killed, start_server, data
):
    (pid,) = machines(data)
    server = start_server()
    assert machines(data) == [pid]
    assert running(server, killed.id)
    words = asyncio.run(first_words(killed, server.viewer_port))
    assert words == b"RFB 003.008\n"
    server.client.destroy(killed.id)
    eventually(lambda: machines(data) == [])


def test_what_died_with_its_server_is_cleared_away(killed, start_server, data):
    (pid,) = machines(data)
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: machines(data) == [])
    server = start_server()
    statuses = {instance.status for instance in server.client.instances()}
    assert "running" not in statuses


def test_a_wrong_viewer_token_is_told_by_the_close_code(start_server, packages):
    server = start_server()
    instance = launch(server, packages)
    stranger = type(instance)(**{**vars(instance), "viewer_token": "guess"})
    assert asyncio.run(first_words(stranger, server.viewer_port)) == 4403


def test_no_secret_is_in_the_log(start_server, packages):
    server = start_server("--debug")
    instance = launch(server, packages)
    asyncio.run(first_words(instance, server.viewer_port))
    token = instance.url.split("/", 3)[3]
    guess = f"{instance.id}/a-guess-that-may-be-close"
    for each in (guess, token):
        with closing(Peer(server.gateway_port)) as peer:
            peer.authenticate(each)
            peer.say("attach-viewer", "ping")
            peer.hear()
    server.ends()
    said = [f"instance={instance.id}", "event=gateway-refused", "event=gateway-viewer"]
    assert [words for words in said if words not in server.log] == []
    secrets = (KEY, instance.viewer_token, token.partition("/")[2], "a-guess")
    assert [secret for secret in secrets if secret in server.log] == []


@pytest.fixture
def start_with_tls(start_server, certificate):
    def start():
        files = ("--tls-certificate", certificate.path, "--tls-key", certificate.key)
        return start_server("--tls-port", 0, *files)

    return start


def tls_port(server):
    return int(server.says(r"event=ready .* tls=(\d+)")[1])


def handshake(port, certificate):
    """The server's certificate, as a client that trusts it sees it."""
    context = ssl.create_default_context(cafile=certificate.path)
    with (
        socket.create_connection(("127.0.0.1", port), IN_TIME) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as secure,
    ):
        return secure.getpeercert(binary_form=True)


def test_a_renewed_certificate_is_used_after_a_hangup(start_with_tls, certificate):
    server = start_with_tls()
    first = handshake(tls_port(server), certificate)
    certificate.renew()
    server.process.send_signal(signal.SIGHUP)
    server.says("event=certificate-renewed")
    assert handshake(tls_port(server), certificate) != first


def test_a_certificate_that_cannot_be_used_is_named(data):
    code, words = refused_start("--data", data, "--tls-certificate", data / "no.pem")
    assert code == 1
    assert f"{data}/no.pem: " in words


def test_two_servers_cannot_share_a_folder(start_server, data):
    start_server()
    code, words = refused_start("--data", data, "--http-port", 0, "--viewer-port", 0)
    assert (code, words) == (1, f"vmnetx server: Another server uses {data}")


def test_a_port_that_is_taken_is_named(data):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, words = refused_start("--data", data, "--http-port", port)
    assert code == 1
    assert f"127.0.0.1:{port} cannot be listened on (--http-port)" in words


def test_an_api_that_has_ended_is_unreachable(data, packages):
    server = ServerProcess(data, packages)
    base = f"http://127.0.0.1:{server.control_port}"
    server.ends()
    with (
        ThinClientServer(base, KEY) as client,
        pytest.raises(Unreachable),
    ):
        client.instances()


class TestPackagesOfAWebServer:
    @pytest.fixture
    def origin(self, packages):
        with web.running() as server:
            origin = Origin(server)
            origin.put((packages / "echo.nxpk").read_bytes())
            yield origin

    @pytest.fixture
    def start(self, start_server, origin):
        base = origin.url().rpartition("/launch")[0]
        return lambda: start_server("--allow-origin", base)

    def launch(self, server, url):
        made = server.client.create(url)
        eventually(lambda: running(server, made.id))
        return made

    def test_the_next_server_gives_a_machine_its_disk(self, start, origin, data):
        server = start()
        made = self.launch(server, origin.url())
        eventually(lambda: has_text(server, made, cell=0))
        server.ends(signal.SIGKILL)
        asyncio.run(typed_and_left(data / "instances" / made.id, "W"))
        server = start()
        # The guest says so when it has written, and read what it wrote into.
        eventually(lambda: has_text(server, made, cell=len("READY ")))

    def test_a_killed_server_leaves_its_bytes_to_the_next(self, start, origin, data):
        server = start()
        self.launch(server, origin.url())
        server.ends(signal.SIGKILL)
        server = start()
        made = server.client.create(origin.url())
        eventually(lambda: running(server, made.id))
        starts = [first for first, _ in origin.ranges]
        assert len(starts) == len(set(starts))

    def test_what_the_next_server_does_not_allow_is_not_fetched(
        self, start, start_server, origin, data
    ):
        server = start()
        self.launch(server, origin.url())
        server.ends(signal.SIGKILL)
        asked = len(origin.requests)
        server = start_server()
        assert server.client.instances() == []
        assert machines(data) == []
        assert len(origin.requests) == asked

    def test_the_second_launch_of_a_title_asks_for_no_byte(self, start, origin, data):
        server = start()
        first = self.launch(server, origin.url())
        eventually(lambda: "event=whole" in server.log)
        server.client.destroy(first.id)
        asked = len(origin.ranges)
        second = self.launch(server, origin.url())
        eventually(lambda: has_text(server, second, cell=0))
        assert len(origin.ranges) == asked
        assert origin.fetched == len(origin.data)

    def test_nothing_of_the_address_is_in_the_log(self, start, origin):
        server = start()
        made = self.launch(server, origin.url("s3cr3t"))
        origin.fail(503)
        server.client.destroy(made.id)
        server.ends()
        assert "s3cr3t" not in server.log


def has_text(server, instance, *, cell):
    """Whether there is a letter in the screen's first line, and nothing below."""
    screen = picture(server.client.screenshot(instance.id))
    width, height = screen.width / 80, screen.height / 25
    # A cursor is in the lowest lines of its cell.
    letter = screen.crop(
        (int(cell * width), 0, int((cell + 1) * width), int(0.75 * height))
    )
    rest = screen.crop((0, int(height), screen.width, screen.height))
    return lit(letter) > 0 and lit(rest) == 0


async def typed_and_left(place, text):
    """Make the guest read its disk, and do not wait for what comes of it."""
    machine = await Machine.adopt(place)
    await machine.type_text(text)
    await machine._monitor.close()
    machine._process.close()
