from __future__ import annotations

from olive_portal.accounts.models import User
from olive_portal.catalogue.models import Item, Package
from olive_portal.preservation.models import SOFTWARE, Event, EventKind


def record_event(
    item: Item,
    kind: EventKind,
    actor: User | None,
    detail: str,
    package: Package | None = None,
) -> Event:
    return Event.objects.create(
        item=item,
        package=package,
        kind=kind,
        detail=detail,
        user=actor,
        agent=actor.get_username() if actor else SOFTWARE,
    )
