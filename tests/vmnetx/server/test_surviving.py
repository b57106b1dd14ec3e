"""SIGKILL at any moment, with everything going on: nothing is lost, nothing left over.

VMNETX_KILLS says how many times (default 2); each has its own seed, which the test's
name tells.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.vmnetx.server.conftest import eventually, machines, place_of
from tests.vmnetx.server.test_transcripts import Peer
from vmnetx.errors import VmnetxError
from vmnetx.wire.messages import AuthOk

KILLS = int(os.environ.get("VMNETX_KILLS", "2"))
MOST_SECONDS = 1.5
AT_WORK = 3


class Ledger:
    """What the server has promised, by its answers. Locked by whoever writes."""

    def __init__(self):
        self.lock = threading.Lock()
        self.kept = {}
        self.destroyed = set()

    def pick(self, choice):
        with self.lock:
            names = sorted(self.kept)
            return choice.choice(names) if names else None


class Hand(threading.Thread):
    """Does one thing after another, until the server is gone."""

    def __init__(self, server, url, ledger, seed):
        super().__init__()
        self._server, self._url, self._ledger = server, url, ledger
        self._choice = random.Random(seed)

    def run(self):
        deeds = [self.create, self.create, self.restart, self.destroy, self.converse]
        with suppress(VmnetxError, OSError):
            while True:
                self._choice.choice(deeds)()

    def create(self):
        if len(self._ledger.kept) >= 5:
            return
        made = self._server.client.create(self._url, start=self._choice.random() < 0.7)
        with self._ledger.lock:
            self._ledger.kept[made.id] = made

    def restart(self):
        name = self._ledger.pick(self._choice)
        if name is not None:
            self._server.client.restart(name)

    def destroy(self):
        name = self._ledger.pick(self._choice)
        if name is None or self._choice.random() < 0.5:
            return
        # Until the answer is there, either may be.
        with self._ledger.lock:
            self._ledger.kept.pop(name, None)
        self._server.client.destroy(name)
        self._ledger.destroyed.add(name)

    def converse(self):
        name = self._ledger.pick(self._choice)
        made = self._ledger.kept.get(name)
        if made is None:
            return
        with closing(Peer(self._server.gateway_port)) as peer:
            # Unless it was destroyed meanwhile.
            if isinstance(peer.authenticate(token_of(made)), AuthOk):
                peer.say(self._choice.choice(["ping", "start-vm", "stop-vm"]))
                peer.say("ping")
                peer.hear()


def token_of(made):
    return made.url.split("/", 3)[3]


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_kill_at_any_moment_loses_nothing(start_server, packages, data, seed):
    url = (packages / "echo.nxpk").as_uri()
    choice, ledger = random.Random(seed), Ledger()
    server = start_server("--max-instances", 40)
    # One that nobody touches: it must run on, the same process.
    calm = server.client.create(url)
    eventually(lambda: server.client.instance(calm.id).status == "running")
    (calm_pid,) = machines(data)
    hands = [Hand(server, url, ledger, hash((seed, n))) for n in range(AT_WORK)]
    for hand in hands:
        hand.start()
    time.sleep(choice.uniform(0, MOST_SECONDS))
    server.process.send_signal(signal.SIGKILL)
    for hand in hands:
        hand.join(30)
    server.ends(signal.SIGKILL)

    heir = start_server("--max-instances", 40)
    listed = {each.id for each in heir.client.instances()}
    assert calm_pid in machines(data)
    assert heir.client.instance(calm.id).status == "running"
    assert ledger.kept.keys() <= listed
    assert not ledger.destroyed & listed
    for made in ledger.kept.values():
        with closing(Peer(heir.gateway_port)) as peer:
            assert isinstance(peer.authenticate(token_of(made)), AuthOk)

    def are_settled():
        statuses = {each.id: each.status for each in heir.client.instances()}
        running = {name for name, status in statuses.items() if status == "running"}
        owners = set(owners_of_machines(data / "instances"))
        moving = {"starting", "stopping", "terminating"} & set(statuses.values())
        return not moving and owners == running

    eventually(are_settled)
    heir.ends(signal.SIGTERM)
    assert machines(data) == []
    assert list((data / "instances").iterdir()) == []


def owners_of_machines(folder):
    """The instances in whose folders machines work. Each place is read once: a library
    of QEMU's walks elsewhere for a moment when it starts."""
    places = map(place_of, Path("/proc").glob("[0-9]*"))
    mine = [place for place in places if place.is_relative_to(folder)]
    return [place.relative_to(folder).parts[0] for place in mine]


def test_a_peer_that_is_half_there_does_not_hold_up_the_end(start_server, packages):
    """It sent a part of a frame, and neither reads nor closes."""
    server = start_server()
    with socket.create_connection(("127.0.0.1", server.gateway_port)) as peer:
        peer.sendall(b"\0\0\0\x3e\x82")
        assert server.ends(signal.SIGTERM) == 0
