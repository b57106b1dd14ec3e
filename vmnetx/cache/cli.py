"""`python -m vmnetx cache`: what this host keeps of packages, and the end of it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from vmnetx.cache.store import Kept, Store, cache_root

VARIABLE = "VMNETX_CACHE"
COLUMNS = (("Opened", 18), ("MiB", 10), ("Kept", 7), ("State", 8), ("Package", 0))


def main(arguments: Sequence[str]) -> int:
    """Print what is kept, or clear it; 1 when the folder cannot be used."""
    options = _parser().parse_args(arguments)
    store = Store(options.cache or cache_root(), limit=0)
    try:
        if options.clear:
            sys.stdout.write(f"{_mib(store.clear())} MiB are free again.\n")
        # Also afterwards: what is in use stays.
        sys.stdout.write(_table(store.kept(), store.root))
    except OSError as error:
        sys.stderr.write(f"vmnetx: {store.root}: {error.strerror}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m vmnetx cache",
        description="Show what is kept of packages on the web, or clear it.",
    )
    parser.add_argument(
        "--cache",
        type=Path,
        metavar="FOLDER",
        default=os.environ.get(VARIABLE),
        help=f"a server's --cache (${VARIABLE}; default: that of `open`)",
    )
    parser.add_argument(
        "--clear", action="store_true", help="remove all that is not in use"
    )
    return parser


def _table(all_kept: Sequence[Kept], root: Path) -> str:
    total = sum(kept.allocated for kept in all_kept)
    lines = [f"{root}: {len(all_kept)} packages, {_mib(total)} MiB"]
    if all_kept:
        lines.append(_line([title for title, _ in COLUMNS]))
    lines += [_line(_cells(kept)) for kept in all_kept]
    return "\n".join(lines) + "\n"


def _cells(kept: Kept) -> list[str]:
    opened_at = datetime.fromtimestamp(kept.opened_at).astimezone()
    share = min(kept.allocated / kept.size, 1.0) if kept.size else 0.0
    return [
        f"{opened_at:%Y-%m-%d %H:%M}",
        _mib(kept.size),
        "whole" if kept.is_whole else f"{share:.0%}",
        "in use" if kept.is_in_use else "",
        kept.label,
    ]


def _line(cells: Sequence[str]) -> str:
    """What a server calls its package must not move the cursor."""
    shown = ("".join(c if c.isprintable() else "?" for c in cell) for cell in cells)
    widths = (width for _, width in COLUMNS)
    pairs = zip(shown, widths, strict=True)
    return "".join(cell.ljust(width) for cell, width in pairs).rstrip()


def _mib(size: int) -> str:
    return f"{size / 1024**2:.1f}"
