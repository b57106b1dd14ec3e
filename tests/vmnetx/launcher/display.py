"""An X display of the test's own, and what is to be seen on it."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import shutil
import subprocess
import sys

from PIL import Image, ImageChops, ImageGrab

MISSING = [
    name
    for name in ("Xvfb", "remote-viewer", "xdotool", "qemu-system-x86_64")
    if shutil.which(name) is None
]
SEEN_WITHIN = 60
# The most pixels of a text cursor, which may be on in one picture and off in another.
CURSOR = 64
# From this level on, of 255, a pixel is not black.
LIT = 32
# The frame that the viewer draws around the guest's screen.
LEFT, TOP = range(12), range(30, 70)


class Display:
    def __init__(self, name):
        self.name = name

    @property
    def environment(self):
        return {**os.environ, "DISPLAY": self.name, "GDK_BACKEND": "x11"}

    def picture(self):
        return ImageGrab.grab(xdisplay=self.name)

    async def shows(self, screenshot):
        """Wait until the guest's screen, a PNG, is on the display; return where."""
        wanted = Image.open(io.BytesIO(screenshot)).convert("RGB")
        async with asyncio.timeout(SEEN_WITHIN):
            while (place := find(wanted, self.picture())) is None:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
            return place

    def place_of(self, screenshot):
        """Where the guest's screen, a PNG, is on the display now; None: nowhere."""
        wanted = Image.open(io.BytesIO(screenshot)).convert("RGB")
        return find(wanted, self.picture())

    def click(self, x, y):
        subprocess.run(
            ["xdotool", "mousemove", str(x), str(y), "click", "1"],
            env=self.environment,
            check=True,
        )


def is_lit(screenshot):
    """Whether more than a cursor is to be seen on a screen, a PNG."""
    return lit(Image.open(io.BytesIO(screenshot))) > 2 * CURSOR


def lit(picture):
    """How many of its pixels are."""
    return sum(picture.convert("L").histogram()[LIT:])


def find(wanted, picture):
    """Where a screen is. A cursor is no difference, and not enough to go by."""
    assert lit(wanted) > 2 * CURSOR
    # The few letters of a guest are looked for much sooner than all the black around.
    letters = wanted.convert("L").point(lambda level: level >= LIT and 255).getbbox()
    for top in TOP:
        for left in LEFT:
            if is_at(left, top, wanted, picture, letters) and is_at(
                left, top, wanted, picture, (0, 0, *wanted.size)
            ):
                return left, top, *wanted.size
    return None


def is_at(left, top, wanted, picture, box):
    """Whether the part of `wanted` in `box` is there."""
    there = (left + box[0], top + box[1], left + box[2], top + box[3])
    difference = ImageChops.difference(wanted.crop(box), picture.crop(there))
    return lit(difference) < CURSOR


def sketch(picture):
    """In letters, for the report of a test that failed."""
    small = picture.convert("L").resize((128, 48))
    rows = [small.crop((0, row, 128, row + 1)).tobytes() for row in range(48)]
    return "\n".join("".join(" .:+#@"[level // 43] for level in row) for row in rows)


@contextlib.contextmanager
def display():
    reading, writing = os.pipe()
    # It would start anew whenever its last client leaves, and refuse who comes then:
    # taking a picture is a client that leaves.
    options = ["-noreset", "-displayfd", str(writing), "-screen", "0", "1024x768x24"]
    server = subprocess.Popen(
        ["Xvfb", *options],
        pass_fds=[writing],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with open(reading) as numbers:
            display = Display(f":{numbers.readline().strip()}")
            yield display
            # pytest shows it where a test failed.
            sys.stdout.write(f"{sketch(display.picture())}\n")
    finally:
        server.terminate()
        server.wait()
