"""A title's screen, photographed on the running machine."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction
from PIL import Image

from olive_portal.catalogue.media_facts import recognise
from olive_portal.catalogue.models import Item, Media, MediaKind, Package
from olive_portal.catalogue.services import record_change
from olive_portal.preservation import keeping, locking, storing
from olive_portal.preservation.attachments import Attachment
from olive_portal.preservation.history import record_event
from olive_portal.preservation.keeping import Keeper
from olive_portal.preservation.models import EventKind
from vmnetx.client import ThinClientServer
from vmnetx.errors import Absent, MachineFailed, Refused

# A pixel this bright is lit; a cursor on a black screen is not yet a picture.
LIT_LEVEL = 48
LIT_PIXELS = 200


@dataclass(frozen=True)
class Patience:
    """When a screen is taken, in seconds after the start.

    Not before `least`: firmware and boot loaders stand still too. Then as soon as it is
    lit and has not changed for `still`, or after `most`: a game never stands still.
    """

    least: float = 8.0
    still: float = 4.0
    most: float = 45.0
    poll: float = 0.5


@dataclass
class _Watch:
    """What has been seen of one screen."""

    started: float
    changed: float
    last: bytes = b""

    def has_settled(self, png: bytes, now: float, patience: Patience) -> bool:
        if png != self.last:
            self.last, self.changed = png, now
        if now - self.started >= patience.most:
            return bool(png)
        is_due = now - self.started >= patience.least
        return is_due and now - self.changed >= patience.still and is_lit(png)


def take(package: Package, *, alt: str = "", patience: Patience | None = None) -> Media:
    """Boot `package`, wait for its screen, keep it as its item's screenshot.

    Raises VmnetxError: Unreachable and Full are worth another try. The machine is gone
    afterwards in every case.
    """
    with ThinClientServer(settings.THIN_CLIENT_URL, settings.THIN_CLIENT_KEY) as server:
        url = Path(package.file.path).as_uri()
        instance = server.create(url, start=True, user_ident="screenshot")
        try:
            png, seconds = _watch(server, instance.id, patience or Patience())
        finally:
            server.destroy(instance.id)
    label = alt or f"Screen of {package.item.title} after starting"
    return _keep(package, png, label, seconds)


def is_lit(png: bytes) -> bool:
    with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
        histogram = image.convert("L").histogram()
    return sum(histogram[LIT_LEVEL:]) >= LIT_PIXELS


def _watch(
    server: ThinClientServer, instance_id: str, patience: Patience
) -> tuple[bytes, float]:
    started = time.monotonic()
    watch = _Watch(started, started)
    while True:
        png = _look(server, instance_id)
        now = time.monotonic()
        if png and watch.has_settled(png, now, patience):
            return png, now - started
        if now - started > 2 * patience.most:
            raise MachineFailed("The machine showed no screen in time.")
        time.sleep(patience.poll)


def _look(server: ThinClientServer, instance_id: str) -> bytes:
    """The screen, or nothing while the machine has none yet. Raises MachineFailed."""
    try:
        return server.screenshot(instance_id)
    except Absent:
        raise MachineFailed("The machine ended before its screen was taken.") from None
    except Refused as refusal:
        instance = server.instance(instance_id)
        if instance.status == "failed":
            raise MachineFailed(instance.detail or str(refusal)) from refusal
        return b""


def _keep(package: Package, png: bytes, label: str, seconds: float) -> Media:
    item = package.item
    facts = recognise(io.BytesIO(png))
    shot = Attachment(Path("screen.png"), MediaKind.SCREENSHOT, facts, label)
    keeper = Keeper()
    with (
        storing.received(io.BytesIO(png), settings.MEDIA_ROOT) as incoming,
        locking.waiting(keeping.INGEST_LOCK),
    ):
        try:
            with transaction.atomic():
                position = item.media.count()
                if keeping.keep_medium(keeper, item, incoming, (shot, position)):
                    record_change(items=Item.objects.filter(pk=item.pk))
                detail = f"Booted; the screen after {seconds:.0f} s was kept."
                record_event(item, EventKind.EXECUTION, None, detail, package)
        except BaseException:
            keeper.undo()
            raise
        return item.media.get(file__contains=incoming.sha256[:32])
