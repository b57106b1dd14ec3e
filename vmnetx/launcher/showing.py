"""A remote session's viewer: opened, opened again, closed, and judged at its end."""

from __future__ import annotations

import asyncio
from typing import Final

from vmnetx.errors import MachineFailed
from vmnetx.launcher.channels import Channels, is_running
from vmnetx.launcher.conversation import Dial
from vmnetx.launcher.desk import Desk
from vmnetx.launcher.viewer import Screen, Viewer
from vmnetx.wire.control import Redial

MAX_CRASHES: Final = 3
"""Viewers of one session that end by themselves before we give up."""
SOCKET: Final = "spice.sock"


class Showing:
    """At most one viewer at a time, on channels that it is entered with."""

    def __init__(self, dial: Dial, desk: Desk, program: str) -> None:
        self.channels = Channels(dial, desk.directory / SOCKET)
        self._dial = dial
        self._desk = desk
        self._program = program
        self._redial = Redial()
        self._crashes = 0
        self._last_words = ""
        self._life: asyncio.Task[int] | None = None

    @property
    def life(self) -> asyncio.Task[int] | None:
        """The viewer's life, with its exit code as the result; None without one."""
        return self._life

    def show(self, name: str) -> None:
        """Open a viewer, unless there is one. Loss and return begin anew."""
        if self._life is None:
            self._redial = Redial()
            self._redial.next_delay()
            self._life = asyncio.create_task(self._run(name))

    async def hide(self) -> None:
        """Close the viewer, if there is one."""
        life, self._life = self._life, None
        if life is not None:
            life.cancel()
            await asyncio.gather(life, return_exceptions=True)

    def was_closed(self, name: str) -> bool:
        """The viewer has ended. Say whether a person did it; else open it again.

        Raises what kept it from starting, and MachineFailed when it never got as far
        as a screen, or crashes again and again.
        """
        if self._life is None:
            return False
        code = self._life.result()
        self._life = None
        if not self.channels.main.was_attached:
            raise MachineFailed(f"The viewer got no connection{self._why(code)}")
        if self.channels.main.ended_by == "server":
            self._life = asyncio.create_task(self._run_again(name))
            return False
        if code == 0:
            return True
        self._crashes += 1
        if self._crashes >= MAX_CRASHES:
            raise MachineFailed(f"The viewer crashes{self._why(code)}")
        self._desk.notices.say("The viewer crashed; it is opened again.")
        self._life = asyncio.create_task(self._run_again(name))
        return False

    def _why(self, code: int) -> str:
        words = f": {self._last_words}" if self._last_words else ""
        return f" (exit code {code}){words}"

    async def _run_again(self, name: str) -> int:
        """By the schedule, and only while the machine runs: else there is a vm-stopped
        on its way, and a viewer would only show that it cannot connect."""
        is_up = False
        while not is_up:
            await asyncio.sleep(self._redial.next_delay())
            is_up = await is_running(self._dial)
        return await self._run(name)

    async def _run(self, name: str) -> int:
        self.channels.forget()
        screen = Screen(name, self.channels.path, password=self._dial.token)
        viewer = await Viewer.start(self._program, screen, self._desk.directory)
        try:
            return await viewer.wait()
        finally:
            await viewer.close()
            self._last_words = viewer.last_words()
