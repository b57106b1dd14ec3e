"""python -m tests.fuzz [TARGET …] [--seconds N] [--seed N]: fuzz, and say how much.

Each target runs in a process of its own, so that one that hangs or eats the memory is
named. What breaks a target is kept in a file, which is its argument the next time:
`python -m tests.fuzz TARGET --replay FILE`.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

try:
    import atheris
except ImportError:
    atheris = None

from tests.fuzz.mutating import damaged

# What is imported here is what the coverage is taken of.
with (
    atheris.instrument_imports(include=["vmnetx"], enable_loader_override=False)
    if atheris and "--child" in sys.argv
    else contextlib.nullcontext()
):
    from tests.fuzz.targets import targets

# By the wall clock, so a busy machine must not make a hang of a wait.
SLOWEST_SECONDS = 60
MOST_MEMORY_MIB = 1024
PATIENCE_SECONDS = 120


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    if options.replay:
        for name in options.target:
            targets()[name](options.replay.read_bytes())
        return 0
    if options.child:
        (name,) = options.target
        return _guided(name, options) if atheris else _unguided(name, options)
    how = "guided by coverage (atheris)" if atheris else "unguided"
    say(f"{options.seconds} s for each target, {how}, seed {options.seed}")
    broken = [name for name in options.target or targets() if not _run(name, options)]
    for name in broken:
        say(f"BROKEN: {name}")
    return 1 if broken else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", nargs="*", choices=[*targets(), []])
    parser.add_argument("--seconds", type=int, default=30, help="for each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--replay", type=Path, help="one input, as it is")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    return parser


def _run(name: str, options: argparse.Namespace) -> bool:
    given = ["--seconds", str(options.seconds), "--seed", str(options.seed)]
    command = [sys.executable, "-m", "tests.fuzz", name, "--child", *given]
    try:
        ended = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=options.seconds + PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        say(f"{name:14} hangs")
        return False
    said = ended.stdout + ended.stderr
    counted = re.findall(r"Done (\d+) (?:runs|cases)", said)
    say(f"{name:14} {counted[-1] if counted else '?':>10} cases")
    if ended.returncode != 0:
        say(said[-4000:])
    return ended.returncode == 0


def _guided(name: str, options: argparse.Namespace) -> int:
    target = targets()[name]
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(target.seeds):
            Path(folder, str(number)).write_bytes(seed)
        limits = [
            f"-max_total_time={options.seconds}",
            f"-seed={options.seed}",
            f"-timeout={SLOWEST_SECONDS}",
            f"-rss_limit_mb={MOST_MEMORY_MIB}",
            f"-artifact_prefix=fuzz-{name}-",
        ]
        atheris.Setup([sys.argv[0], *limits, folder], target)
        atheris.Fuzz()
    return 0


def _unguided(name: str, options: argparse.Namespace) -> int:
    target, end, count = targets()[name], time.monotonic() + options.seconds, 0
    for data in damaged(target.seeds, random.Random(options.seed)):
        try:
            target(data)
        except BaseException:
            Path(f"fuzz-{name}-crash").write_bytes(data)
            raise
        count += 1
        if time.monotonic() > end:
            break
    say(f"Done {count} cases")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
