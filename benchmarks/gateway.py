"""What our two relays, the gateway and the viewer, cost: bytes and small messages,
against websockify and a direct socket, in one run.

    .venv/bin/python -m pip install websockify==0.13.0
    .venv/bin/python -m benchmarks.gateway [MIB] [ROUNDS]

A source on a unix socket stands for the machine's SPICE or VNC server; each relay is a
process of its own, whose processor time is taken from the kernel. The four take turns.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.relays import TOKEN, VIEWER_TOKEN, dial, dial_gateway, dial_web_socket

MIB = int(sys.argv[1]) if len(sys.argv) > 1 else 256
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
TURNS = 1000
WAYS = ("direct", "gateway", "viewer", "websockify")


@dataclass(frozen=True)
class Figures:
    mib_per_second: float
    seconds_per_gib: float
    """Of the relay's processor time."""
    turn: float
    """Seconds for a small message there and back."""


def started(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def cpu_seconds(relay: psutil.Process) -> float:
    """websockify has a child for each connection; what has ended is its parent's."""
    total = 0.0
    for process in [relay, *relay.children(recursive=True)]:
        times = process.cpu_times()
        total += times.user + times.system
        total += times.children_user + times.children_system
    return total


def measure(way: str, place: object, relay: psutil.Process) -> Figures:
    connect = {
        "direct": dial,
        "gateway": dial_gateway,
        "viewer": lambda port: dial_web_socket(port, VIEWER_TOKEN),
        "websockify": lambda port: dial_web_socket(port, None),
    }[way]
    peer = connect(place)
    peer.send(b"E")
    begun = time.perf_counter()
    for _ in range(TURNS):
        peer.send(b"x" * 10)
        peer.take(10)
    turn = (time.perf_counter() - begun) / TURNS
    peer.close()
    peer = connect(place)
    before, begun = cpu_seconds(relay), time.perf_counter()
    peer.send(b"D" + (MIB * 2**20).to_bytes(8, "big"))
    peer.take(MIB * 2**20)
    took = time.perf_counter() - begun
    used = cpu_seconds(relay) - before
    peer.close()
    return Figures(MIB / took, used * 1024 / MIB, turn)


def places(folder: str, processes: list[subprocess.Popen[str]]) -> dict[str, object]:
    """Where each way is dialled. The processes are in the order of WAYS."""
    source = Path(folder, "source")
    processes.append(started("-m", "benchmarks.relays", "source", source))
    processes[-1].stdout.readline()
    found: dict[str, object] = {"direct": source}
    for kind in ("gateway", "viewer"):
        processes.append(started("-m", "benchmarks.relays", kind, source))
        found[kind] = int(processes[-1].stdout.readline())
    found["websockify"] = port = 21290
    target = f"--unix-target={source}"
    processes.append(started("-m", "websockify", target, f"127.0.0.1:{port}"))
    for _ in range(200):
        try:
            dial(port).close()
            break
        except ConnectionRefusedError:
            time.sleep(0.05)
    return found


def main() -> None:
    processes: list[subprocess.Popen[str]] = []
    results = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = places(folder, processes)
            for _ in range(ROUNDS):
                for way, process in zip(WAYS, processes, strict=True):
                    relay = psutil.Process(process.pid)
                    results[way].append(measure(way, found[way], relay))
        finally:
            for process in processes:
                process.kill()
                process.wait()
                process.stdout.close()
    show(results)


def show(results: dict[str, list[Figures]]) -> None:
    print(f"{MIB} MiB down, {TURNS} small messages; median of {ROUNDS}", end="")
    print(f"; {os.cpu_count()} cores; token {len(TOKEN)} bytes")
    print(f"{'':12}{'MiB/s':>10}{'CPU s/GiB':>12}{'turn, us':>10}")
    medians = {}
    for way, figures in results.items():
        medians[way] = Figures(
            *(
                statistics.median(getattr(each, name) for each in figures)
                for name in ("mib_per_second", "seconds_per_gib", "turn")
            )
        )
        middle = medians[way]
        cpu = "-" if way == "direct" else f"{middle.seconds_per_gib:.2f}"
        print(
            f"{way:12}{middle.mib_per_second:10.0f}{cpu:>12}{middle.turn * 1e6:10.0f}"
        )
    other = medians["websockify"]
    for way in ("gateway", "viewer"):
        middle = medians[way]
        print(
            f"{way}: {middle.mib_per_second / other.mib_per_second:.2f} of "
            f"websockify's throughput at "
            f"{middle.seconds_per_gib / other.seconds_per_gib:.2f} of its processor "
            f"time; {middle.mib_per_second / medians['direct'].mib_per_second:.2f} of "
            f"the direct socket's"
        )


if __name__ == "__main__":
    main()
