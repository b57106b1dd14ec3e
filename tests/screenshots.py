"""Makes the pictures of docs/images: every public page of a running portal, the light
theme above the dark one, at the width of a desk and of a phone.

    script/screenshots [URL]    (default http://127.0.0.1:8000, with its sample titles)
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.portal.browsing import CHROMIUM, FLAGS

IMAGES = Path(__file__).parents[1] / "docs" / "images"
DESK, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 860}
SHOWN_WIDTH = 700
PAGES = {
    "home": ("/", DESK),
    "collections": ("/collections", DESK),
    "collection": ("/collections/games", DESK),
    "search": ("/search?q=game", DESK),
    "browse": ("/browse", DESK),
    "timeline": ("/timeline", DESK),
    "item": ("/items/colossal-cave-adventure", DESK),
    "embed": ("/items/grub-invaders/embed", {"width": 640, "height": 540}),
    "about": ("/about", DESK),
    "news": ("/news", DESK),
    "releases": ("/releases", DESK),
    "sign-in": ("/sign-in", DESK),
    "not-found": ("/nothing", DESK),
    "phone-home": ("/", PHONE),
    "phone-search": ("/search", PHONE),
    "phone-item": ("/items/colossal-cave-adventure", PHONE),
}


def take(browser, url, size, theme):
    with browser.new_context(color_scheme=theme, viewport=size) as context:
        page = context.new_page()
        page.goto(url)
        page.wait_for_load_state("networkidle")
        with Image.open(io.BytesIO(page.screenshot())) as shot:
            return shot.convert("RGB")


def pair(light, dark):
    """One picture of two: tall ones beside each other, others one above the other."""
    width, height = light.size
    is_tall = height > width
    whole = Image.new("RGB", (width * 2, height) if is_tall else (width, height * 2))
    whole.paste(light, (0, 0))
    whole.paste(dark, (width, 0) if is_tall else (0, height))
    share = min(1, SHOWN_WIDTH / whole.width)
    return whole.resize((round(whole.width * share), round(whole.height * share)))


def main():
    portal = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        for name, (path, size) in PAGES.items():
            shots = [
                take(browser, portal + path, size, theme) for theme in ("light", "dark")
            ]
            pair(*shots).save(IMAGES / f"page-{name}.webp", quality=60, method=6)


if __name__ == "__main__":
    main()
