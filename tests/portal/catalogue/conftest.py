from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from olive_portal.accounts.models import User
from olive_portal.catalogue.models import (
    Agent,
    Collection,
    Contribution,
    Item,
    Media,
    Package,
)


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns when it is not there
    return settings.MEDIA_ROOT


def png(size=(640, 480), colour="navy"):
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def make_png():
    return png


@pytest.fixture
def curator(db):
    return User.objects.create_user("curator", is_staff=True)


@pytest.fixture
def visitor(db):
    return User.objects.create_user("visitor")


@pytest.fixture
def make_collection(db):
    def make_collection(slug="games", **fields):
        fields = {"title": slug.replace("-", " ").title()} | fields
        return Collection.objects.get_or_create(slug=slug, defaults=fields)[0]

    return make_collection


@pytest.fixture
def make_item(make_collection):
    """A published item, in the collection `games` if not told otherwise."""

    def make_item(slug="rogue", *, state="published", makers=(), **fields):
        now = timezone.now()
        moments = {
            "published_at": None if state == "draft" else now,
            "withdrawn_at": now if state == "withdrawn" else None,
        }
        defaults = {"title": slug.title(), "collection": make_collection()} | moments
        item = Item.objects.create(slug=slug, state=state, **(defaults | fields))
        for name in makers:
            agent, _ = Agent.objects.get_or_create(name=name)
            Contribution.objects.create(item=item, agent=agent)
        return item

    return make_item


@pytest.fixture
def make_package():
    def make_package(item, *, number=1, state="published", **fields):
        defaults = {
            "name": item.title,
            "file": f"{number}.nxpk",
            "size": 9_646_899,
            "sha256": f"{item.pk:032x}{number:032x}",
            "memory_bytes": 64 << 20,
            "arch": "i686",
            "disk_format": "raw",
            "disk_virtual_size": 8 << 20,
            "published_at": None if state == "draft" else timezone.now(),
        }
        return Package.objects.create(
            item=item, number=number, state=state, **(defaults | fields)
        )

    return make_package


@pytest.fixture
def make_screenshot(media_root):
    def make_screenshot(item, *, content=None, **fields):
        defaults = {"alt": "A dungeon", "media_type": "image/png"}
        size = {"width": 640, "height": 480}
        media = Media(item=item, **(defaults | size | fields))
        media.file.save("screen.png", ContentFile(content or png()))
        return media

    return make_screenshot


@pytest.fixture
def make_exhibit(make_item, make_package, make_screenshot):
    """An item that has everything a page shows."""

    def make_exhibit(slug="rogue", **fields):
        item = make_item(slug, makers=["Michael Toy", "Glenn Wichman"], **fields)
        make_package(item)
        make_screenshot(item)
        return item

    return make_exhibit
