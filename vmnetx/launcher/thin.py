"""A session on a server: its control connection, and a viewer while it runs.

vm-stopped    start-vm is said: machines start by themselves, as in 2015
vm-started    the viewer is opened
link lost     the viewer is closed, and opened again when the link is back
viewer ends   the server ended its channel, or it crashed: it is opened again
              the person closed it: that is the end, and the session is destroyed
"""

from __future__ import annotations

import asyncio

from vmnetx.errors import Absent, MachineFailed
from vmnetx.launcher import viewer
from vmnetx.launcher.control import (
    ControlConnection,
    Happening,
    LinkLost,
    LinkRestored,
)
from vmnetx.launcher.conversation import Dial
from vmnetx.launcher.desk import Desk
from vmnetx.launcher.showing import Showing
from vmnetx.wire.messages import (
    Event,
    StartupFailed,
    StartupProgress,
    StartupRejectedMemory,
    VmDestroyed,
    VmStarted,
    VmStopped,
)


async def open_session(dial: Dial, desk: Desk) -> None:
    """Show a session until the person closes the viewer; then it is destroyed.

    A cancellation counts as a person's wish. After any error the session stays on the
    server. Raises NotInstalled, Unreachable, Refused, MachineFailed or ProtocolError.
    """
    session = await _Session.open(dial, desk)
    try:
        await session.show()
    except asyncio.CancelledError:
        await session.control.destroy()
        raise
    except BaseException:
        await session.control.leave()
        raise
    await session.control.destroy()
    desk.notices.say("The machine is switched off and its changes are gone.")


async def keep_session(dial: Dial, desk: Desk) -> None:
    """As open_session(), but the session is never destroyed: it can be opened again."""
    session = await _Session.open(dial, desk)
    try:
        await session.show()
    finally:
        await session.control.leave()
    desk.notices.say(f"The session goes on{session.lifetime}. Open it again to return.")


class _Session:
    """What happens comes from the server and from the viewer; it is answered here."""

    def __init__(
        self, control: ControlConnection, showing: Showing, desk: Desk
    ) -> None:
        self.control = control
        self.lifetime = ""
        self._showing = showing
        self._desk = desk

    @classmethod
    async def open(cls, dial: Dial, desk: Desk) -> _Session:
        program = viewer.find("spice", desk.viewer)
        desk.notices.say(f"Connecting to {dial.host} …")
        session = cls(ControlConnection(dial), Showing(dial, desk, program), desk)
        auth_ok = await session.control.open()
        if auth_ok.server_timeout_min:
            session.lifetime = f" for {auth_ok.server_timeout_min} seconds"
        desk.notices.say(f"{auth_ok.name}: {auth_ok.state}")
        return session

    async def show(self) -> None:
        """Return when the person has closed the viewer."""
        happening = asyncio.create_task(self.control.next_event())
        try:
            async with self._showing.channels:
                is_closed = False
                while not is_closed:
                    await _first(happening, self._showing.life)
                    if happening.done():
                        await self._answer(happening.result())
                        happening = asyncio.create_task(self.control.next_event())
                    else:
                        is_closed = self._showing.was_closed(self.control.name)
        finally:
            happening.cancel()
            await asyncio.gather(happening, return_exceptions=True)
            await self._showing.hide()
            self._desk.notices.done()

    async def _answer(self, happening: Happening) -> None:
        if isinstance(happening, LinkLost):
            self._desk.notices.say(f"Network disconnected ({happening.reason}) …")
            await self._showing.hide()
        elif isinstance(happening, LinkRestored):
            self._desk.notices.say("The connection is back.")
        else:
            await self._answer_event(happening)

    async def _answer_event(self, event: Event) -> None:
        match event:
            case StartupProgress():
                self._desk.notices.progress(event.fraction)
            case StartupRejectedMemory():
                self._desk.notices.say(
                    "The memory image cannot be used; the machine starts from its disk."
                )
            case StartupFailed():
                raise MachineFailed(
                    f"The machine could not be started: {event.message}"
                )
            case VmStarted():
                self._desk.notices.done()
                self._desk.on_started()
                self._showing.show(self.control.name)
            case VmStopped():
                await self._showing.hide()
                self._desk.notices.say("The machine is started …")
                await self.control.start_vm()
            case VmDestroyed():
                raise Absent("Virtual machine terminated")


async def _first(*tasks: asyncio.Task[Happening] | asyncio.Task[int] | None) -> None:
    waiting = [task for task in tasks if task is not None]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
