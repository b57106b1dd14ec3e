"""What search engines may find: every public title and collection."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet
from django.urls import reverse
from typing_extensions import override

from olive_portal.catalogue import shelves
from olive_portal.catalogue.describing import absolute
from olive_portal.catalogue.models import Collection, Item

if TYPE_CHECKING:
    # The generic parameter exists for the type checker only.
    Base = Sitemap[Any]
else:
    Base = Sitemap


class OurAddress(Base):
    """The public one, whatever name a request came by."""

    protocol = urlsplit(settings.BASE_URL).scheme

    @override
    def get_domain(self, site: Any = None) -> str:
        return urlsplit(settings.BASE_URL).netloc


class Titles(OurAddress):
    limit = 10_000

    @override
    def items(self) -> QuerySet[Item]:
        return Item.objects.public().order_by("pk")

    def lastmod(self, item: Item) -> datetime:
        return item.changed_at


class Shelves(OurAddress):
    @override
    def items(self) -> Iterable[Collection]:
        tops = shelves.top_shelves()
        every = [shelf for top in tops for shelf in top.walk()]
        return [shelf.collection for shelf in every if shelf.item_count]


class Pages(OurAddress):
    @override
    def items(self) -> list[str]:
        return ["home", "about", "collections"]

    @override
    def location(self, item: str) -> str:
        return reverse(item)


def sections() -> list[dict[str, str]]:
    """Where each part of the map is, for the index.

    Django's own index knows only the name by which the request came.
    """
    return [
        {"location": absolute(reverse("sitemap-section", args=[name])) + page}
        for name, kind in SITEMAPS.items()
        for number in kind().paginator.page_range
        for page in ["" if number == 1 else f"?p={number}"]
    ]


SITEMAPS: dict[str, type[OurAddress]] = {
    "pages": Pages,
    "collections": Shelves,
    "titles": Titles,
}
