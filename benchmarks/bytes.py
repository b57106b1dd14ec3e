"""What a second launch saves, and how little a first one fetches, one run.

    .venv/bin/python -m benchmarks.bytes [--latency-ms 20] [--rounds 3] [PACKAGE…]

Packages are those in $OLIVE_DATA/packages unless named. A web server in this process
gives them, each answer late by the latency, and counts. Measured are launches of a
thin-client server, from POST to the program's screen, and as peers in the same run a
bare QEMU that reads the same address by its own http driver, and one on the file.

"Its screen" is the first moment from which on the screen has the size, and about the
number of lit pixels, that the program shows later. That tells GRUB Invaders' screen
from the firmware's. It need not for text programs that a kernel boots: where the
firmware's text has as many, these rows are the time to that text. A program whose
screen never stands still, or whose machine ends by itself, is not measured.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from benchmarks.rfb import Screen
from vmnetx.client import ThinClientServer
from vmnetx.package.archive import Package, open_package
from vmnetx.package.source import LocalFile

IN_TIME = 120.0
LEEWAY = 0.15
LOOKS = 4
PAUSE = 0.02


class Shelf:
    """A web server for one package, slow and with a counter."""

    def __init__(self, path: Path, latency: float) -> None:
        data = path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        self.size = len(data)
        self.answers: list[tuple[float, int]] = []
        shelf = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_HEAD(self) -> None:
                self._answer(200, data, b"")

            def do_GET(self) -> None:
                asked = re.fullmatch(
                    r"bytes=(\d+)-(\d+)", self.headers.get("Range", "")
                )
                first, last = map(int, asked.groups()) if asked else (0, len(data) - 1)
                body = data[first : last + 1]
                shelf.answers.append((time.monotonic(), len(body)))
                span = f"bytes {first}-{first + len(body) - 1}/{len(data)}"
                self._answer(206 if asked else 200, body, body, span)

            def _answer(
                self, status: int, stated: bytes, body: bytes, span: str = ""
            ) -> None:
                time.sleep(latency)
                self.send_response(status)
                self.send_header("Content-Length", str(len(stated)))
                self.send_header("ETag", f'"sha256:{digest}"')
                self.send_header("Accept-Ranges", "bytes")
                if span:
                    self.send_header("Content-Range", span)
                self.end_headers()
                # A reader that is killed between two rounds hears no answer.
                with suppress(ConnectionError):
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self.url = f"{self.origin}/{path.name}"

    @property
    def fetched(self) -> int:
        return self.fetched_at(math.inf)

    def fetched_at(self, moment: float) -> int:
        return sum(count for when, count in list(self.answers) if when <= moment)


class Host:
    """A thin-client server of its own, in a folder of its own."""

    def __init__(self, folder: Path, origin: str) -> None:
        self.folder = folder
        key = folder / "key"
        key.write_text("key")
        arguments = ["--data", folder, "--secret-key-file", key, "--accel", "tcg"]
        arguments += ["--allow-origin", origin, "--listen", "127.0.0.1"]
        arguments += ["--port", 0, "--http-port", 0, "--viewer-port", 0]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "vmnetx.server", *map(str, arguments)],
            stderr=subprocess.PIPE,
            text=True,
        )
        self.log: list[str] = []
        self._told = threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()
        port = self.says(r"event=ready .*control=(\d+)")
        self.client = ThinClientServer(f"http://127.0.0.1:{port}", "key")

    def _listen(self) -> None:
        for line in self.process.stderr or ():
            with self._told:
                self.log.append(line)
                self._told.notify_all()

    def says(self, pattern: str, *, since: int = 0) -> str:
        def found() -> re.Match[str] | None:
            return re.search(pattern, "".join(self.log[since:]))

        with self._told:
            assert self._told.wait_for(lambda: found(), IN_TIME), "".join(self.log)
            match = found()
        assert match is not None
        return match[match.lastindex or 0]

    def launch(self, shelf: Shelf, wanted: Look) -> tuple[float, int]:
        """Seconds to the program's screen, and the bytes that were fetched by then."""
        before, started = shelf.fetched, time.monotonic()
        made = self.client.create(shelf.url)
        socket = self.folder / "instances" / made.id / "run/vnc.sock"
        seen = wait_for(socket, wanted)
        result = seen - started, shelf.fetched_at(seen) - before
        if not any("event=whole" in line for line in self.log):
            self.says("event=whole")
        self.client.destroy(made.id)
        while self.client.instances():
            time.sleep(0.05)
        return result

    def forget_bytes(self) -> None:
        """What a boot reads stays known."""
        shutil.rmtree(self.folder / "cache/packages")
        self.log.clear()

    def close(self) -> None:
        self.process.terminate()
        self.process.wait()


@contextmanager
def bare(package: Package, node: str, folder: Path) -> Iterator[Path]:
    """A bare QEMU; its screen's socket."""
    screen = folder / "vnc.sock"
    disk = package.disk
    drive = f"id=d,if=none,snapshot=on,format={package.domain.disk.format}"
    window = f"file.driver=raw,file.offset={disk.offset},file.size={disk.size}"
    bus = "ahci.0" if package.domain.disk.bus == "sata" else "ide.0"
    command = [
        *("qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none"),
        *("-machine", "pc", "-accel", "tcg", "-cpu", "qemu64", "-vga", "std"),
        *("-m", f"{package.domain.memory_bytes // 2**20}", "-vnc", f"unix:{screen}"),
        *("-device", "ich9-ahci,id=ahci", "-drive", f"{drive},{window},{node}"),
        *("-device", f"ide-hd,drive=d,bus={bus}"),
    ]
    machine = subprocess.Popen(command)
    try:
        yield screen
    finally:
        machine.kill()
        machine.wait()
        screen.unlink(missing_ok=True)


@dataclass(frozen=True)
class Look:
    """What is compared of a screen."""

    size: tuple[int, int]
    lit: int

    @classmethod
    def at(cls, screen: Screen) -> Look:
        picture = screen.picture()
        grey = picture.convert("L").histogram()
        return cls(picture.size, sum(grey[64:]))

    def is_like(self, other: Look) -> bool:
        return (
            self.size == other.size and abs(self.lit - other.lit) < LEEWAY * other.lit
        )


def wait_for(socket: Path, wanted: Look) -> float:
    """When the screen began to be like that, on the monotonic clock."""
    screen = Screen(socket)
    alike, since = 0, time.monotonic()
    end = since + IN_TIME
    while alike < LOOKS:
        assert time.monotonic() < end, "the program's screen does not come"
        if not Look.at(screen).is_like(wanted):
            alike, since = 0, time.monotonic()
        else:
            alike += 1
        time.sleep(PAUSE)
    screen.close()
    return since


def settled(socket: Path, seconds: float) -> Look:
    """What the screen shows after a while: the median of some looks."""
    time.sleep(seconds)
    screen = Screen(socket)
    looks = []
    for _ in range(9):
        looks.append(Look.at(screen))
        time.sleep(0.2)
    screen.close()
    return sorted(looks, key=lambda look: look.lit)[len(looks) // 2]


def timed(package: Package, node: str, folder: Path, wanted: Look) -> float:
    started = time.monotonic()
    with bare(package, node, folder) as socket:
        return wait_for(socket, wanted) - started


def median(rows: list[tuple[float, int]]) -> tuple[float, int]:
    seconds, counts = zip(*rows, strict=True)
    return statistics.median(seconds), int(statistics.median(counts))


def measure(path: Path, options: argparse.Namespace) -> None:
    shelf = Shelf(path, options.latency_ms / 1000)
    package = open_package(LocalFile(path))
    node = f"file.file.driver=file,file.file.filename={path},file.file.locking=off"
    web = f"file.file.driver=http,file.file.url={shelf.url}"
    rows: dict[str, list[tuple[float, int]]] = {}

    def note(name: str, launch: Callable[[], tuple[float, int]]) -> None:
        rows.setdefault(name, []).append(launch())

    def by_curl() -> tuple[float, int]:
        before, started = shelf.fetched, time.monotonic()
        seconds = timed(package, web, folder, wanted)
        return seconds, shelf.fetched_at(started + seconds) - before

    with tempfile.TemporaryDirectory(prefix="b-", dir="/tmp") as place:
        folder = Path(place)
        with bare(package, node, folder) as socket:
            wanted = settled(socket, options.settle)
        for number in range(options.rounds):
            with ExitStack() as opened:
                home = folder / str(number)
                home.mkdir()
                host = Host(home, shelf.origin)
                opened.callback(host.close)
                note("first", lambda host=host: host.launch(shelf, wanted))
                note("second", lambda host=host: host.launch(shelf, wanted))
                host.forget_bytes()
                note("known", lambda host=host: host.launch(shelf, wanted))
            note("curl", by_curl)
            note("file", lambda: (timed(package, node, folder, wanted), 0))
    show(package.manifest.name, shelf.size, rows)


def show(name: str, size: int, rows: dict[str, list[tuple[float, int]]]) -> None:
    result = {key: median(values) for key, values in rows.items()}
    labels = {
        "first": "first launch",
        "second": "second launch",
        "known": "known boot, bytes gone",
        "curl": "peer: bare QEMU, its http driver",
        "file": "peer: bare QEMU, the file",
    }
    print(f"{name}: {size} bytes, median of {len(rows['first'])}")
    for key, label in labels.items():
        seconds, fetched = result[key]
        share = f"{fetched:>10} bytes before its screen ({fetched / size:6.1%})"
        print(f"  {label:34}{seconds:7.3f} s  {share}")
    first, second, known, curl, file = (result[key][0] for key in labels)
    print(f"  second / first      {second / first:5.2f}   second / bare file  ", end="")
    print(f"{second / file:5.2f}")
    print(f"  known / first       {known / first:5.2f}   first / bare http   ", end="")
    print(f"{first / curl:5.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("packages", nargs="*", type=Path, metavar="PACKAGE")
    parser.add_argument("--latency-ms", type=float, default=20.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--settle", type=float, default=12.0, help="seconds")
    options = parser.parse_args()
    data = Path(os.environ.get("OLIVE_DATA", "var"))
    packages = options.packages or sorted(data.glob("packages/**/*.nxpk"))
    if not packages:
        sys.exit(f"no package in {data}/packages; name one, or set OLIVE_DATA")
    print(f"each answer of the web server is late by {options.latency_ms:g} ms")
    for path in packages:
        try:
            measure(path.absolute(), options)
        except ConnectionError:
            # A game that is over while it is looked at switches its machine off.
            print(f"{path.name}: not measured, its machine ended before its screen")


if __name__ == "__main__":
    main()
