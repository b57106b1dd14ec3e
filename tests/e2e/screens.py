"""What a test can say about a guest's screen."""

from __future__ import annotations

import io

from PIL import Image, ImageChops

CANVAS = "#screen canvas"


def of_canvas(page):
    """The guest's screen as the page shows it, in the guest's own pixels."""
    with_pixels = """canvas => new Promise(
        done => canvas.toBlob(async blob => done(
            [...new Uint8Array(await blob.arrayBuffer())])))"""
    return open_image(bytes(page.locator(CANVAS).evaluate(with_pixels)))


def open_image(data):
    return Image.open(io.BytesIO(data)).convert("RGB")


def likeness(one, other):
    """The share of pixels that are the same, 0.0 for screens of different sizes."""
    if one.size != other.size:
        return 0.0
    difference = ImageChops.difference(one, other).convert("L")
    return difference.histogram()[0] / (one.width * one.height)


def is_lit(screen):
    return screen.convert("L").getextrema()[1] > 0


def ship(screen):
    """How far right the magenta ship of GRUB Invaders is, or None without one."""
    line = screen.crop((0, screen.height - 20, screen.width, screen.height))
    columns = [
        x
        for x in range(line.width)
        for y in range(line.height)
        if (pixel := line.getpixel((x, y)))[0] > 100 and pixel[2] > 100 > pixel[1]
    ]
    return min(columns) if columns else None
