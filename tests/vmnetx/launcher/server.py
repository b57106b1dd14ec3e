"""A thin-client server for the launcher: the real gateway, and an instance whose
machine is a word and whose SPICE is a socket of the test's."""

from __future__ import annotations

import asyncio
import contextlib

from vmnetx.errors import Refused
from vmnetx.server.gateway import Gateway
from vmnetx.wire.messages import VmDestroyed, VmStarted, VmStopped

TOKEN = "ABCDEFGHIJKLMNOP/abcdefghijklmnopqrst"


class Guest:
    token = TOKEN
    name = "Test VM"
    limit_mouse_rate = None
    timeout_min = 2
    timeout_max = 3

    def __init__(self):
        self.state = "stopped"
        self.listeners = []
        self.starts = 0
        self.touched = 0
        self.was_touched = asyncio.Event()
        self.was_destroyed = asyncio.Event()
        self.is_dying = False
        self.dial_spice = None

    def touch(self):
        self.touched += 1
        self.was_touched.set()

    def watching(self):
        return contextlib.nullcontext()

    async def prepare(self):
        pass

    def subscribe(self, listener):
        if self.is_dying:
            raise Refused("Authentication failed")
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def tell(self, *events):
        for event in events:
            for listener in [*self.listeners]:
                listener(event)

    def start(self):
        self.starts += 1
        self.run()

    def run(self):
        self.state = "running"
        self.tell(VmStarted(check_display=False))

    def stop(self):
        self.state = "stopped"
        self.tell(VmStopped())

    def destroy(self):
        self.is_dying = True
        self.was_destroyed.set()
        self.tell(VmDestroyed())

    async def open_spice(self):
        return await self.dial_spice()


class Server:
    """Can be taken away and brought back on the same port."""

    def __init__(self, guest):
        self.guest = guest
        self.port = 0
        self._gateway = None

    async def up(self):
        self._gateway = Gateway({TOKEN.partition("/")[0]: self.guest}.get)
        self.port = await self._gateway.listen("127.0.0.1", self.port)

    async def down(self):
        if self._gateway is not None:
            await self._gateway.close()
        self._gateway = None


class Spice:
    """Echoes each channel's bytes in capitals, or does as the test says."""

    def __init__(self, path):
        self.path = path
        self.channels = []
        self.arrived = asyncio.Event()
        self._server = None

    async def __aenter__(self):
        self._server = await asyncio.start_unix_server(self._serve, self.path)
        return self

    async def __aexit__(self, *_):
        self._server.close()
        self.hang_up()

    async def _serve(self, reader, writer):
        self.channels.append(writer)
        self.arrived.set()
        try:
            while data := await reader.read(65536):
                writer.write(data.upper())
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    def hang_up(self):
        for writer in self.channels:
            writer.close()
        self.channels.clear()

    async def dial(self):
        return await asyncio.open_unix_connection(self.path)
