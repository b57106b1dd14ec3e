"""Every line that the thin-client server can log is in the manual."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/reference/server-log.md"


def events_logged():
    found = set()
    for room in ("server", "machine", "cache"):
        for path in (ROOT / "vmnetx" / room).glob("*.py"):
            source = path.read_text()
            found |= set(re.findall(r'"event=([a-z-]+[a-z])', source))
            found |= {
                f"gateway-{name}" for name in re.findall(r'_log\("(.+?)"', source)
            }
    return found - {"gateway"}


def test_every_event_of_the_servers_log_is_in_the_manual_and_no_other():
    documented = set()
    for line in PAGE.read_text().splitlines():
        if line.startswith("| `"):
            documented |= set(re.findall(r"`([a-z-]+)`", line.split("|")[1]))
    assert documented == events_logged()
