"""KVM or TCG: whichever runs a small guest faster on this host.

/dev/kvm tells little: inside of another virtual machine it may be refused, hang, or be
slower than TCG, since each of the guest's port accesses passes two hypervisors. So both
run the same boot sector: arithmetic, where KVM wins, and port accesses, where a nested
KVM loses. The answer is kept until QEMU or the running kernel is another.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import time
from pathlib import Path
from typing import Literal, cast

from vmnetx.errors import MachineFailed
from vmnetx.machine import binary, process

logger = logging.getLogger(__name__)

Accelerator = Literal["kvm", "tcg"]
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
DEADLINE_SECONDS = 30.0
KILL_SECONDS = 5.0

# About 0.7 s under TCG, and a third of that under a KVM with the host to itself.
ROUNDS = 200_000_000
PORT_WRITES = 50_000
# isa-debug-exit ends QEMU with (value << 1) | 1.
EXIT_VALUE = 0x2A
EXIT_CODE = EXIT_VALUE << 1 | 1


def boot_sector() -> bytes:
    """The guest, in 16-bit code. Its work is fixed, so its time is the measure."""
    arithmetic = [
        b"\xfa",  # cli
        b"\x66\xb9" + ROUNDS.to_bytes(4, "little"),  # mov ecx, ROUNDS
        b"\x66\x01\xc8",  # again: add eax, ecx
        b"\x66\x31\xc3",  # xor ebx, eax
        b"\x66\x49",  # dec ecx
        b"\x75\xf6",  # jnz again
    ]
    ports = [
        b"\x66\xb9" + PORT_WRITES.to_bytes(4, "little"),  # mov ecx, PORT_WRITES
        b"\xe6\x80",  # again: out 0x80, al
        b"\x66\x49",  # dec ecx
        b"\x75\xfa",  # jnz again
    ]
    end = [
        b"\xba\x01\x05",  # mov dx, 0x501
        b"\xb0" + bytes([EXIT_VALUE]),  # mov al, EXIT_VALUE
        b"\xee",  # out dx, al
        b"\xf4",  # hlt
    ]
    return b"".join(arithmetic + ports + end).ljust(510, b"\0") + b"\x55\xaa"


async def choose(
    wanted: Literal["auto", "kvm", "tcg"], *, cache: Path, run_as: str | None
) -> Accelerator:
    """`auto` measures once a boot and keeps the answer in the file `cache`. `run_as` is
    the user that machines will run as. Raises MachineFailed: not even TCG works."""
    if wanted != "auto":
        return wanted
    key = await asyncio.to_thread(_key, run_as)
    known = _read(cache, key)
    if known is not None:
        return known
    tcg = await measure("tcg", run_as=run_as, within=DEADLINE_SECONDS)
    if tcg is None:
        raise MachineFailed("QEMU does not run a guest under TCG")
    kvm = None
    if process.KVM.exists():
        # It has as long as TCG took: slower is lost, and so is one that hangs.
        kvm = await measure("kvm", run_as=run_as, within=tcg)
    faster: Accelerator = "tcg" if kvm is None else "kvm"
    logger.info("%s is the accelerator: TCG took %.2f s, KVM %s s", faster, tcg, kvm)
    _write(cache, {"key": key, "accelerator": faster, "seconds": [tcg, kvm]})
    return faster


async def measure(
    accelerator: Accelerator, *, run_as: str | None, within: float
) -> float | None:
    """Seconds from QEMU's start to its guest's end; None: it failed, or took longer
    than `within`. The guest is ended then."""
    image = os.memfd_create("guest")
    try:
        os.write(image, boot_sector())
        begun = time.monotonic()
        code = await _run(_command(accelerator, image), image, run_as, within)
        return time.monotonic() - begun if code == EXIT_CODE else None
    finally:
        os.close(image)


def _command(accelerator: Accelerator, image: int) -> list[str]:
    file = "driver=file,filename=/dev/fdset/0,locking=off"
    return [
        *(binary.path(), "-nodefaults", "-no-user-config", "-display", "none"),
        *("-machine", "pc", "-m", "16", "-accel", accelerator, "-boot", "strict=on"),
        *("-add-fd", f"fd={image},set=0", "-blockdev", f"{file},node-name=file"),
        *("-blockdev", "driver=raw,file=file,node-name=disk"),
        *("-device", "ide-hd,drive=disk,bootindex=1", "-device", "isa-debug-exit"),
    ]


async def _run(
    argv: list[str], image: int, run_as: str | None, within: float
) -> int | None:
    user = process.identity(run_as)
    child = await asyncio.create_subprocess_exec(
        *argv,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        pass_fds=[image],
        user=user.uid,
        group=user.gid,
        extra_groups=user.groups,
    )
    try:
        return await asyncio.wait_for(child.wait(), within)
    except TimeoutError:
        return None
    finally:
        if child.returncode is None:
            child.kill()
            await _reap(child)


async def _reap(child: asyncio.subprocess.Process) -> None:
    try:
        await asyncio.wait_for(child.wait(), KILL_SECONDS)
    except TimeoutError:
        # The kernel holds it inside of KVM: worth a line, not worth waiting for.
        logger.warning("QEMU (pid %d) hangs in the kernel", child.pid)


def _key(run_as: str | None) -> str:
    return f"{binary.version()} | {BOOT_ID.read_text().strip()} | {run_as}"


def _read(cache: Path, key: str) -> Accelerator | None:
    try:
        known = json.loads(cache.read_text())
        if known["key"] == key and known["accelerator"] in {"kvm", "tcg"}:
            return cast("Accelerator", known["accelerator"])
    except (OSError, ValueError, TypeError, KeyError):
        logger.debug("Nothing known of this host's accelerators yet")
    return None


def _write(cache: Path, answer: dict[str, object]) -> None:
    draft = cache.with_name(f"{cache.name}.{os.getpid()}")
    try:
        draft.write_text(json.dumps(answer))
        draft.replace(cache)
    except OSError as error:
        logger.warning("The accelerator will be measured again: %s", error)
