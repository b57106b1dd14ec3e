"""What a person is told while a machine is opened: on the terminal, or in windows."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Final, Protocol, TextIO

from vmnetx.launcher.progress import bar

DRAW_SECONDS: Final = 0.1
LOG_SECONDS: Final = 10.0
READ_SECONDS: Final = 600.0
# A text is an argument of these, so it does not begin with a dash; and no markup.
_WINDOWS: Final[Mapping[str, tuple[str, ...]]] = {
    "zenity": ("--error", "--no-markup", "--title=VMNetX", "--text"),
    "kdialog": ("--title", "VMNetX", "--error"),
    "xmessage": ("-center", "-title", "VMNetX"),
    "notify-send": ("--urgency=critical", "VMNetX"),
}


class Notices(Protocol):
    """Tells a person. None of these raises; only fail() may wait until it is read."""

    def say(self, text: str) -> None:
        """Something happened that is worth a line."""

    def progress(self, fraction: float) -> None:
        """The start is as far as `fraction`, from 0 to 1."""

    def done(self) -> None:
        """The start is over, well or not."""

    def fail(self, text: str) -> None:
        """It is over, and this is why."""


class Terminal:
    """Writes lines to `stream`; one that is a terminal also gets a moving bar."""

    def __init__(
        self, stream: TextIO, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        self._now = now
        self._is_terminal = stream.isatty()
        self._begun: float | None = None
        self._drawn: float | None = None
        self._has_bar = False

    def say(self, text: str) -> None:
        self._rub_out()
        self._write(f"{one_line(text)}\n")

    def progress(self, fraction: float) -> None:
        now = self._now()
        if self._begun is None:
            self._begun = now
        pause = DRAW_SECONDS if self._is_terminal else LOG_SECONDS
        if self._drawn is not None and now - self._drawn < pause:
            return
        self._drawn = now
        line = bar(fraction, now - self._begun)
        if self._is_terminal:
            self._rub_out()
            self._write(line)
            self._has_bar = True
        else:
            self._write(f"{line}\n")

    def done(self) -> None:
        self._rub_out()
        self._begun = self._drawn = None

    def fail(self, text: str) -> None:
        self.done()
        self._write(f"vmnetx: {one_line(text)}\n")

    def _rub_out(self) -> None:
        if self._has_bar:
            self._write("\r\x1b[K")
            self._has_bar = False

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


class Windows(Terminal):
    """For a start by a click, where nobody sees the terminal: failures get a window."""

    def __init__(self, stream: TextIO, program: str) -> None:
        super().__init__(stream)
        self._program = program

    def fail(self, text: str) -> None:
        super().fail(text)
        options = _WINDOWS[os.path.basename(self._program)]
        try:
            subprocess.run(  # noqa: S603
                [self._program, *options, f"VMNetX: {one_line(text)}"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=READ_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            self._write(f"vmnetx: {error}\n")


def choose(stream: TextIO = sys.stderr) -> Notices:
    """Windows if `stream` is no terminal and there is a desktop that can show them."""
    has_desktop = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if has_desktop and not stream.isatty():
        for name in _WINDOWS:
            program = shutil.which(name)
            if program:
                return Windows(stream, program)
    return Terminal(stream)


def one_line(text: str) -> str:
    """Return `text` so that a terminal obeys none of it: servers write texts too."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(shown.split())[:2000]
