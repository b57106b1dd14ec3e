"""Looking at pages in a real browser. in_browser is a fixture: import it by name."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
needs_chromium = pytest.mark.skipif(
    not CHROMIUM.exists(), reason="Chromium is not installed"
)


@pytest.fixture(scope="module")
def in_browser():
    """Runs `work(browser, ...)` in the one thread that the browser lives in.

    A thread of its own: Playwright keeps an event loop in it, near which Django would
    refuse to use the database.
    """
    with ThreadPoolExecutor(max_workers=1) as thread:
        playwright = thread.submit(sync_playwright().start).result()
        browser = thread.submit(
            lambda: playwright.chromium.launch(
                executable_path=str(CHROMIUM), args=FLAGS
            )
        ).result()
        yield lambda work, *args: thread.submit(work, browser, *args).result()
        thread.submit(browser.close).result()
        thread.submit(playwright.stop).result()


def complaints(page):
    """What axe finds wrong with the page as it stands: (rule, element) each."""
    violations = Axe().run(page).response["violations"]
    return [
        (violation["id"], node["html"])
        for violation in violations
        for node in violation["nodes"]
    ]


def look(browser, url, theme, width):
    """What axe complains of, what the console said, how far the page is too wide."""
    with browser.new_context(
        color_scheme=theme, viewport={"width": width, "height": 800}
    ) as context:
        context.set_default_timeout(60_000)
        page = context.new_page()
        said = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(url)
        found = complaints(page)
        overflow = page.evaluate("document.documentElement.scrollWidth") - width
    return (
        found,
        [text for text in said if "404" not in text and "410" not in text],
        overflow,
    )
