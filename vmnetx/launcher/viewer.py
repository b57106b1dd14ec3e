"""The installed program that shows a machine's screen, and its process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, Self

from vmnetx.errors import VmnetxError
from vmnetx.launcher.notices import one_line

SPICE_VIEWERS: Final = ("remote-viewer",)
VNC_VIEWERS: Final = ("vncviewer", "xtigervncviewer")
"""TigerVNC's, which open unix sockets."""
TERM_SECONDS: Final = 5.0
CONNECTION_FILE: Final = "screen.vv"
LOG: Final = "viewer.log"
MAX_LOG: Final = 4096

INSTALL: Final = (
    "No viewer is installed. Install virt-viewer, which has remote-viewer: "
    "`apt install virt-viewer` (Debian, Ubuntu), `dnf install virt-viewer` (Fedora), "
    "`zypper install virt-viewer` (openSUSE), `pacman -S virt-viewer` (Arch)"
)


class NotInstalled(VmnetxError):
    """A program is missing; the text says what to install."""


@dataclass(frozen=True)
class Screen:
    """What is to be shown: a unix socket that speaks `kind`."""

    title: str
    socket: Path
    kind: Literal["spice", "vnc"] = "spice"
    password: str = field(default="", repr=False)


def find(kind: Literal["spice", "vnc"], chosen: str | None = None) -> str:
    """Return the path of a viewer for `kind`, or of `chosen`. Raises NotInstalled."""
    names = SPICE_VIEWERS if kind == "spice" else VNC_VIEWERS
    for name in (chosen,) if chosen else names:
        path = shutil.which(name)
        if path:
            return path
    raise NotInstalled(f"{chosen} is not installed" if chosen else INSTALL)


class Viewer:
    """A viewer's process. Ended by the person, or by close()."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self._log = log

    @classmethod
    async def start(cls, program: str, screen: Screen, directory: Path) -> Self:
        """Show `screen`. `directory` is this user's alone. Raises NotInstalled."""
        log = directory / LOG
        if screen.kind == "spice":
            title = f"--title={one_line(screen.title)}"
            arguments = [title, str(_connection_file(screen, directory))]
        else:
            arguments = [str(screen.socket)]
        with log.open("wb") as output:
            try:
                process = await asyncio.create_subprocess_exec(
                    program,
                    *arguments,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    # A Ctrl-C here is answered in order, and not by the viewer first.
                    start_new_session=True,
                )
            except OSError as error:
                raise NotInstalled(f"{program}: {error.strerror}") from error
        return cls(process, log)

    async def wait(self) -> int:
        """Return its exit code, when it has one; negative for a signal."""
        return await self._process.wait()

    async def close(self) -> None:
        """End it, if it has not ended. Again is harmless."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
            try:
                async with asyncio.timeout(TERM_SECONDS):
                    await self._process.wait()
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    self._process.kill()
                await self._process.wait()

    def last_words(self) -> str:
        """Return the last line that it wrote, for who asks why it ended."""
        try:
            with self._log.open("rb") as file:
                file.seek(max(0, os.fstat(file.fileno()).st_size - MAX_LOG))
                lines = file.read().decode(errors="replace").splitlines()
        except OSError:
            lines = []
        return next((line for line in reversed(lines) if line.strip()), "")


def _connection_file(screen: Screen, directory: Path) -> Path:
    path = directory / CONNECTION_FILE
    path.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with open(os.open(path, flags, mode=0o600), "w", encoding="utf-8") as file:
        file.write(connection_text(screen))
    return path


def connection_text(screen: Screen) -> str:
    """Return the .vv file that remote-viewer reads and then deletes."""
    values = {
        "type": screen.kind,
        "unix-path": str(screen.socket),
        "password": screen.password,
        "delete-this-file": "1",
        "enable-usbredir": "0",
        "enable-usb-autoshare": "0",
        "enable-smartcard": "0",
    }
    lines = [f"{key}={_quoted(value)}" for key, value in values.items() if value]
    return "\n".join(["[virt-viewer]", *lines, ""])


def _quoted(value: str) -> str:
    """As GLib's key files want it: on one line, and no escape but ours."""
    plain = "".join(char if char.isprintable() else " " for char in value)
    quoted = plain.replace("\\", "\\\\")
    return "\\s" + quoted[1:] if quoted.startswith(" ") else quoted
