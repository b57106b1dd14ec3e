"""What the catalogue says of an item, with what happened to it and what came with it.

Nobody is named who did something: the records go to strangers and stay for ever.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace

from olive_portal import __version__
from olive_portal.catalogue.describing import moment, record_of
from olive_portal.catalogue.models import Item, Package
from olive_portal.metadata.errors import BadRecord
from olive_portal.metadata.reading import mets
from olive_portal.metadata.records import Agent, Environment, TitleRecord
from olive_portal.metadata.records import Event as RecordedEvent
from olive_portal.preservation.models import SOFTWARE, Event

PORTAL = Agent("agent:portal", SOFTWARE, "software", __version__)
CURATORS = Agent("agent:curators", "Curators of the archive", "organization")
# Makes an event's name from what it is; the same event has the same name for ever.
EVENTS = uuid.UUID("b5b0b7a6-6c39-4a54-9d5c-3a9e7f0c5b0e")
HARDWARE = "hardware"


def whole_record(item: Item, package: Package | None = None) -> TitleRecord:
    """The record of `item`, as the holder of one version of its package.

    Without `package` that is the newest published one, or none. Of the events those
    are in it that happened to the item or to that version.
    """
    package = package or item.current_package()
    record = _with_what_came(record_of(item, package), item)
    happened = [
        event
        for event in reversed(item.events.all())
        if event.package_id in {None, package.pk if package else None}
    ]
    events = tuple(_event(item, event, package) for event in happened)
    known = {event.agent for event in events}
    agents = tuple(a for a in (PORTAL, CURATORS) if a.identifier in known)
    return replace(record, events=events, agents=agents or (PORTAL,))


def _with_what_came(record: TitleRecord, item: Item) -> TitleRecord:
    """What the catalogue has no rows for, from the record that was received last."""
    received = item.received_mets.first()
    if received is None:
        return record
    try:
        came = mets.read(bytes(received.content))
    except BadRecord:  # it was read once, by rules that have become stricter since
        return record
    return replace(
        record,
        significant_properties=came.significant_properties,
        sources=came.sources,
        environments=(*record.environments, *_environments(record, came)),
    )


def _environments(record: TitleRecord, came: TitleRecord) -> Iterator[Environment]:
    """The machine and its emulator are the package's own; what runs on them was told
    to us."""
    own = {(each.function, each.name) for each in record.environments}
    for environment in came.environments:
        name = (environment.function, environment.name)
        if environment.function != HARDWARE and name not in own:
            yield environment


def _event(item: Item, event: Event, package: Package | None) -> RecordedEvent:
    number = package.number if package and event.package_id else None
    name = f"{item.slug} {event.kind} {event.happened_at.isoformat()} {number}"
    agent = PORTAL if event.agent == SOFTWARE else CURATORS
    return RecordedEvent(
        identifier=str(uuid.uuid5(EVENTS, name)),
        kind=event.kind,
        moment=moment(event.happened_at),
        detail=event.detail,
        outcome=event.outcome,
        agent=agent.identifier,
        package=number,
    )
