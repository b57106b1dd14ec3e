"""A title on somebody else's page: the size of its frame, and its oEmbed answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from django.conf import settings
from django.http import QueryDict
from django.urls import Resolver404, resolve, reverse
from django.utils.html import format_html
from lxml import etree

from olive_portal.catalogue.models import Item

WIDTH, HEIGHT = 640, 540
LEAST = 240
DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Size:
    width: int
    height: int

    @classmethod
    def within(cls, query: QueryDict) -> Self:
        """The usual size, or smaller in proportion to fit what the consumer has."""
        width = _number(query, "maxwidth", WIDTH)
        height = _number(query, "maxheight", HEIGHT)
        share = min(width / WIDTH, height / HEIGHT, 1)
        return cls(max(LEAST, int(WIDTH * share)), max(LEAST, int(HEIGHT * share)))


def slug_in(url: str) -> str | None:
    """The slug of the item whose page `url` is, if it is one of ours."""
    if not url.startswith(f"{settings.BASE_URL}/"):
        return None
    path = url.removeprefix(settings.BASE_URL).partition("?")[0].partition("#")[0]
    prefix = (settings.FORCE_SCRIPT_NAME or "").rstrip("/")
    try:
        match = resolve(path.removeprefix(prefix))
    except Resolver404:
        return None
    return match.kwargs["slug"] if match.url_name == "item" else None


def describe(item: Item, size: Size) -> dict[str, Any]:
    """The answer of oEmbed 1.0, type `rich`."""
    address = f"{settings.BASE_URL}{reverse('embed', args=[item.slug])}"
    html = format_html(
        '<iframe src="{}" width="{}" height="{}" title="{}" loading="lazy"></iframe>',
        *(address, size.width, size.height, item.title),
    )
    answer: dict[str, Any] = {
        "version": "1.0",
        "type": "rich",
        "provider_name": "Olive",
        "provider_url": f"{settings.BASE_URL}{reverse('home')}",
        "title": item.title,
        "width": size.width,
        "height": size.height,
        "html": str(html),
        "cache_age": DAY_SECONDS,
    }
    if item.makers:
        answer["author_name"] = "; ".join(item.makers)
    cover = item.cover
    if cover and cover.width:
        answer |= {
            "thumbnail_url": f"{settings.BASE_URL}{cover.file.url}",
            "thumbnail_width": cover.width,
            "thumbnail_height": cover.height,
        }
    return answer


def as_xml(answer: dict[str, Any]) -> bytes:
    root = etree.Element("oembed")
    for name, value in answer.items():
        etree.SubElement(root, name).text = str(value)
    written: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _number(query: QueryDict, name: str, usual: int) -> int:
    value = query.get(name, "")
    is_number = value.isascii() and value.isdecimal() and len(value) < 6
    return int(value) if is_number else usual
