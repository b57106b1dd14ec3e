"""Click to the guest's first frame, against QEMU alone on the same disk, one run.

    .venv/bin/python -m benchmarks.launch [URL]

URL is a running portal's (default http://127.0.0.1:8000, with its OLIVE_DATA). The page
is a real Chromium's. "First frame" is the first moment at which the screen shows a lit
pixel: in the page's canvas, and over VNC for the bare process.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.rfb import Screen
from vmnetx.package.archive import open_package
from vmnetx.package.source import LocalFile

URL = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
DATA = Path(os.environ.get("OLIVE_DATA", "var"))
ITEM = "/items/grub-invaders"
ROUNDS = 7
AIM_SECONDS = 0.3
CHROMIUM = "/usr/bin/chromium"
# Runs before the page's own scripts: looks at every frame that Chromium draws.
WATCH = """
const look = () => {
    const canvas = document.querySelector("#screen canvas");
    if (canvas && canvas.width > 1) {
        const pixels = canvas.getContext("2d")
            .getImageData(0, 0, canvas.width, canvas.height).data;
        for (let i = 0; i < pixels.length; i += 4)
            if (pixels[i] || pixels[i + 1] || pixels[i + 2]) {
                window.firstFrame = Date.now();
                return;
            }
    }
    requestAnimationFrame(look);
};
requestAnimationFrame(look);
addEventListener("click", () => sessionStorage.setItem("clicked", Date.now()), true);
"""


def through_the_portal(page: Page) -> float:
    """Seconds from the click on Launch to the first lit pixel in the page."""
    page.goto(f"{URL}{ITEM}")
    button = page.locator("form[action$='/launch'] button").first
    button.click(no_wait_after=True)
    page.wait_for_function("window.firstFrame", timeout=60_000)
    took = page.evaluate("window.firstFrame - sessionStorage.getItem('clicked')")
    seconds: float = took / 1000
    page.locator("#end").click()
    confirm = page.locator("dialog[open] button[value=confirm]")
    if confirm.count():
        confirm.click()
    page.locator("main[data-state=ended]").wait_for()
    return seconds


def bare(package: Path, folder: Path) -> float:
    """Seconds from starting QEMU on the package's disk to the first lit pixel."""
    source = LocalFile(package)
    disk = open_package(source).disk
    node = f"driver=raw,offset={disk.offset},size={disk.size},file.driver=file"
    screen = folder / "vnc.sock"
    arguments = [
        *("qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none"),
        *("-machine", "pc", "-accel", "tcg", "-m", "64", "-vga", "std"),
        *("-vnc", f"unix:{screen}"),
        *("-drive", f"if=ide,snapshot=on,{node},file.filename={package}"),
    ]
    started = time.time()
    machine = subprocess.Popen(arguments)
    try:
        watched = Screen(screen)
        watched.wait_lit()
        seconds = time.time() - started
        watched.close()
    finally:
        machine.kill()
        machine.wait()
        screen.unlink(missing_ok=True)
    return seconds


def package_of(page: Page) -> Path:
    """The stored file of the item's package, found by the digest on its page."""
    page.goto(f"{URL}{ITEM}")
    text = page.content()
    for path in DATA.glob("packages/**/*.nxpk"):
        if path.stem in text:
            return path
    sys.exit(f"{ITEM} names no package that is stored in {DATA}; set OLIVE_DATA")


def main() -> None:
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        page = browser.new_context(bypass_csp=True).new_page()
        package = package_of(page)
        page.add_init_script(WATCH)
        pairs = [
            (through_the_portal(page), bare(package, Path(folder)))
            for _ in range(ROUNDS)
        ]
        browser.close()
    portal, alone = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"click to first guest frame, portal:   {portal:6.3f} s (median of {ROUNDS})")
    print(f"start to first guest frame, bare QEMU: {alone:5.3f} s")
    print(f"ratio {portal / alone:.2f}; the portal adds {portal - alone:.3f} s", end="")
    print(f" (aim: under {AIM_SECONDS} s)")


if __name__ == "__main__":
    main()
