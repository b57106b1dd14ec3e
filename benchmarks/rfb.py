"""Just enough of RFB 3.8 to see when a screen first shows something."""

from __future__ import annotations

import socket
import struct
import time
from pathlib import Path

from PIL import Image

DEADLINE_SECONDS = 60


class Screen:
    """A VNC screen on a unix socket, in 32-bit raw pixels."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(DEADLINE_SECONDS)
        self._connect(path)
        self._read(12)
        self._socket.sendall(b"RFB 003.008\n")
        (count,) = self._read(1)
        self._read(count)
        self._socket.sendall(b"\x01")  # no authentication: the socket is private
        self._read(4)
        self._socket.sendall(b"\x01")  # shared
        self.width, self.height = struct.unpack("!HH", self._read(4))
        self._read(16)
        (length,) = struct.unpack("!I", self._read(4))
        self._read(length)
        self._picture = Image.new("RGB", (self.width, self.height))
        # Raw, and the pseudo-encoding by which the screen may change its size.
        self._socket.sendall(struct.pack("!BxHii", 2, 2, 0, -223))

    def _connect(self, path: Path) -> None:
        end = time.monotonic() + DEADLINE_SECONDS
        while True:
            try:
                return self._socket.connect(str(path))
            except (FileNotFoundError, ConnectionRefusedError):
                if time.monotonic() > end:
                    raise
                time.sleep(0.001)

    def _read(self, count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            piece = self._socket.recv(count - len(data))
            if not piece:
                raise ConnectionError("the screen closed")
            data += piece
        return bytes(data)

    def next_update(self, *, incremental: bool = True) -> bytes:
        """The pixels that changed, all rectangles in one."""
        self._socket.sendall(
            struct.pack("!BBHHHH", 3, incremental, 0, 0, self.width, self.height)
        )
        while (kind := self._read(1)) != b"\x00":
            if kind == b"\x03":
                (length,) = struct.unpack("!xxxI", self._read(7))
                self._read(length)
        (rectangles,) = struct.unpack("!xH", self._read(3))
        return b"".join(self._rectangle() for _ in range(rectangles))

    def _rectangle(self) -> bytes:
        x, y, width, height, encoding = struct.unpack("!HHHHi", self._read(12))
        if encoding == -223:
            self.width, self.height = width, height
            self._picture = Image.new("RGB", (width, height))
            return b""
        pixels = self._read(width * height * 4)
        part = Image.frombytes("RGB", (width, height), pixels, "raw", "BGRX")
        self._picture.paste(part, (x, y))
        return pixels

    def picture(self) -> Image.Image:
        """The whole screen as it is now."""
        self.next_update(incremental=False)
        return self._picture.copy()

    def wait_lit(self) -> None:
        """Returns when some pixel is not black."""
        pixels = self.next_update(incremental=False)
        while not any(pixels[i::4].strip(b"\0") for i in range(3)):
            pixels = self.next_update()

    def close(self) -> None:
        self._socket.close()
