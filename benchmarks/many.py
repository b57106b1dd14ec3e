"""Many machines on one host: what each costs above bare QEMU, in one run.

    .venv/bin/python -m benchmarks.many PACKAGE.nxpk [COUNT] [SECONDS]

First COUNT bare QEMUs, then as many instances of a thin-client server, on the same disk
and with a VNC screen each. Memory is the proportional share (PSS), so what processes
have in common is counted once; processor time is the kernel's.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.rfb import Screen
from vmnetx.client import ThinClientServer
from vmnetx.package.archive import Package, open_package
from vmnetx.package.source import LocalFile

PATIENCE_SECONDS = 500
MIB = 2**20


@dataclass(frozen=True)
class Load:
    """Of some processes over some seconds."""

    pss_mib: float
    cpu_seconds: float


def wait(fact: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not fact():
        if time.monotonic() > end:
            sys.exit("the machines do not come up")
        time.sleep(0.2)


def cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def watch(processes: list[psutil.Process], seconds: float) -> list[Load]:
    before = [cpu(process) for process in processes]
    time.sleep(seconds)
    return [
        Load(process.memory_full_info().pss / MIB, cpu(process) - earlier)
        for process, earlier in zip(processes, before, strict=True)
    ]


def is_lit(path: Path) -> bool:
    """Whether the guest has drawn something."""
    screen = Screen(path)
    try:
        pixels = screen.next_update(incremental=False)
        return any(pixels[offset::4].strip(b"\0") for offset in range(3))
    finally:
        screen.close()


@contextlib.contextmanager
def bare(package: Package, path: Path, count: int) -> Iterator[list[psutil.Process]]:
    """QEMU alone, as a careful person would start it by hand."""
    disk = package.disk
    node = f"driver=raw,offset={disk.offset},size={disk.size},file.driver=file"
    node += f",file.filename={path},file.locking=off"
    if package.domain.disk.format == "qcow2":
        node = f"driver=qcow2,file.driver=raw,file.offset={disk.offset}"
        node += f",file.size={disk.size},file.file.driver=file"
        node += f",file.file.filename={path},file.file.locking=off"
    memory = package.domain.memory_bytes // MIB
    with tempfile.TemporaryDirectory() as folder:
        screens = [Path(folder, f"{number}") for number in range(count)]
        common = [
            *("qemu-system-x86_64", "-nodefaults", "-display", "none"),
            *("-machine", "pc", "-accel", "tcg", "-m", str(memory), "-vga", "qxl"),
            *("-drive", f"if=ide,snapshot=on,{node}"),
        ]
        machines = [
            subprocess.Popen(
                ["nice", "-n", "5", *common, "-vnc", f"unix:{screen}"],
                stderr=subprocess.DEVNULL,
            )
            for screen in screens
        ]
        try:
            wait(lambda: all(map(Path.exists, screens)) and all(map(is_lit, screens)))
            yield [psutil.Process(machine.pid) for machine in machines]
        finally:
            for machine in machines:
                machine.kill()
                machine.wait()


@contextlib.contextmanager
def served(path: Path, count: int) -> Iterator[tuple[psutil.Process, list]]:
    """The server, and its machines."""
    data = Path(tempfile.mkdtemp(prefix="many-"))
    key, (control, viewer, gateway) = "benchmark", free_ports(3)
    (data / "key").write_text(key)
    options = {
        "--data": data,
        "--secret-key-file": data / "key",
        "--allow-files": path.parent,
        "--listen": "127.0.0.1",
        "--port": gateway,
        "--http-port": control,
        "--viewer-port": viewer,
        "--max-instances": count,
        "--accel": "tcg",
    }
    words = [str(word) for pair in options.items() for word in pair]
    with (data / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "vmnetx.server", *words], stderr=log
        )
    try:
        wait(lambda: "event=ready" in (data / "log").read_text())
        with ThinClientServer(f"http://127.0.0.1:{control}", key) as server:
            for _ in range(count):
                server.create(path.as_uri())
            screens = [
                data / "instances" / each.id / "run" / "vnc.sock"
                for each in server.instances()
            ]
            wait(lambda: {e.status for e in server.instances()} == {"running"})
            wait(lambda: all(map(is_lit, screens)))
            owner = psutil.Process(process.pid)
            yield owner, owner.children()
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(data)


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as held:
        sockets = [
            held.enter_context(socket.create_server(("127.0.0.1", 0)))
            for _ in range(count)
        ]
        return [each.getsockname()[1] for each in sockets]


def main(path: Path, count: int, seconds: float) -> None:
    package = open_package(LocalFile(path))
    begun = time.monotonic()
    with bare(package, path, count) as machines:
        up_alone = time.monotonic() - begun
        alone = watch(machines, seconds)
    begun = time.monotonic()
    with served(path, count) as (server, machines):
        up_served = time.monotonic() - begun
        owner, *ours = watch([server, *machines], seconds)
    print(f"{count} x {package.manifest.name}, watched for {seconds:g} s")
    print(f"first screens of all: bare {up_alone:.1f} s, served {up_served:.1f} s")
    memory = tuple(
        statistics.mean(load.pss_mib for load in each) for each in (alone, ours)
    )
    share = owner.pss_mib / count
    print(
        f"memory of each, MiB: bare {memory[0]:.1f}, served {memory[1]:.1f} and its "
        f"share of the server {share:.2f}: ratio "
        f"{(memory[1] + share) / memory[0]:.2f}, {memory[1] + share - memory[0]:+.1f}"
    )
    used = [sum(load.cpu_seconds for load in each) / seconds for each in (alone, ours)]
    print(
        f"processors in use: bare {used[0]:.2f}, served {used[1]:.2f} and the server "
        f"{owner.cpu_seconds / seconds:.3f}, which is "
        f"{owner.cpu_seconds / seconds / count * 1000:.2f} ms a second for each machine"
    )


if __name__ == "__main__":
    main(
        Path(sys.argv[1]).resolve(),
        int(sys.argv[2]) if len(sys.argv) > 2 else 50,
        float(sys.argv[3]) if len(sys.argv) > 3 else 20.0,
    )
