"""What every test may rely on, wherever it is."""

from __future__ import annotations

from playwright.sync_api import expect

# Nothing in a page takes so long; a busy machine with two cores may be slow.
expect.set_options(timeout=60_000)
