"""What curators do with the preserved: take in, publish, withdraw."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from olive_portal.accounts.models import User
from olive_portal.catalogue.models import Item, Package, State
from olive_portal.catalogue.services import follow_up, record_change
from olive_portal.metadata.reading.report import Report
from olive_portal.metadata.records import File
from olive_portal.preservation import (
    describing,
    keeping,
    locking,
    recording,
    storing,
    version_records,
)
from olive_portal.preservation.describing import Description
from olive_portal.preservation.errors import BadSubmission, WrongState
from olive_portal.preservation.history import record_event
from olive_portal.preservation.keeping import Keeper
from olive_portal.preservation.models import EventKind
from olive_portal.preservation.storing import Incoming
from olive_portal.preservation.submissions import Sources, Submission, gather
from vmnetx.errors import VmnetxError
from vmnetx.package.archive import Package as OpenPackage
from vmnetx.package.archive import open_package
from vmnetx.package.source import LocalFile

Arrived = tuple[Incoming, OpenPackage]


class Outcome(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "as before"


@dataclass(frozen=True)
class Taken:
    """What became of a submission; `report` is None for one without a record."""

    item: Item
    outcome: Outcome
    report: Report | None


class _Rehearsed(Exception):
    """Ends what was only tried. rehearse() alone sees it."""


def ingest(
    *, path: Path, actor: User | None = None, sources: Sources | None = None
) -> Item:
    """Take in a title's folder, or a package, and return its item.

    Everything is checked before anything is changed; then all of it is kept, or none.
    The same submission again changes nothing. A new item is a draft, and so is a new
    package of an item that is published. Raises BadSubmission.
    """
    return take_in(path=path, actor=actor, sources=sources).item


def take_in(
    *, path: Path, actor: User | None = None, sources: Sources | None = None
) -> Taken:
    """ingest(), which also tells what it made of the submission."""
    with _taking(path, actor, sources) as taken:
        return taken


def rehearse(*, path: Path, sources: Sources | None = None) -> Taken:
    """What take_in() would say of the same submission. Nothing of it is kept.

    Raises BadSubmission.
    """
    with suppress(_Rehearsed), _taking(path, None, sources) as taken:
        raise _Rehearsed
    return taken


@contextmanager
def _taking(path: Path, actor: User | None, sources: Sources | None) -> Iterator[Taken]:
    """All of it is kept if the block ends well, and nothing if it raises."""
    submission = gather(path, sources or Sources())
    with ExitStack() as stack:
        package = submission.package
        arrived = stack.enter_context(_arrived(package)) if package else None
        keeper = stack.enter_context(_keeping())
        yield _record(submission, arrived, keeper, actor)


def add_package(*, item: Item, path: Path, actor: User | None = None) -> Package | None:
    """A new draft version of `item`; None if it has these bytes already.

    Raises BadSubmission.
    """
    with _arrived(path) as arrived, _keeping() as keeper:
        return _record_package(item, arrived, keeper, actor)


def find_package(*, item: Item, path: Path) -> Package:
    """The version of `item` that has the bytes at `path`. Raises DoesNotExist."""
    return item.packages.get(sha256=storing.digest(path))


@transaction.atomic
def publish(*, item: Item, actor: User | None = None) -> None:
    """Show `item` to everybody, and its draft packages with it.

    A published item without drafts stays as it is.
    """
    hidden = Item.objects.filter(pk=item.pk).exclude(state=State.PUBLISHED)
    is_shown = hidden.update(
        state=State.PUBLISHED,
        published_at=Coalesce(F("published_at"), Now()),
        withdrawn_at=None,
        withdrawn_reason="",
        embargo_until=None,
        merged_into=None,
    )
    versions = _publish_drafts(item)
    if versions:
        Item.objects.filter(pk=item.pk).update(unavailable_reason="")
    if is_shown or versions:
        record_change(items=Item.objects.filter(pk=item.pk))
        detail = "; ".join(f"package version {p.number}" for p in versions)
        record_event(item, EventKind.PUBLICATION, actor, detail)
    for version in versions:
        version_records.keep(version)
    item.refresh_from_db()


@transaction.atomic
def withdraw(*, item: Item, reason: str, actor: User | None = None) -> None:
    """Take a published item away from visitors; its page says why. Bytes stay.

    Raises WrongState for an item that is not published.
    """
    is_hidden = Item.objects.filter(pk=item.pk, state=State.PUBLISHED).update(
        state=State.WITHDRAWN, withdrawn_at=timezone.now(), withdrawn_reason=reason
    )
    if not is_hidden:
        raise WrongState(f"“{item}” is not published.")
    record_change(items=Item.objects.filter(pk=item.pk))
    record_event(item, EventKind.WITHDRAWAL, actor, reason)
    item.refresh_from_db()


@transaction.atomic
def embargo(*, item: Item, until: datetime, actor: User | None = None) -> None:
    """Hide `item` from everybody until then; lift_embargoes() publishes it.

    A draft stays one until its day. Raises WrongState for what is withdrawn, and for a
    moment that is over.
    """
    now = timezone.now()
    if until <= now:
        raise WrongState("An embargo ends in the future.")
    mine = Item.objects.filter(pk=item.pk)
    is_hidden = mine.filter(state=State.PUBLISHED).update(
        state=State.WITHDRAWN,
        withdrawn_at=now,
        withdrawn_reason="",
        embargo_until=until,
    )
    waiting = mine.filter(state=State.DRAFT) | mine.exclude(embargo_until=None)
    if not is_hidden and not waiting.update(embargo_until=until):
        raise WrongState(f"“{item}” is withdrawn.")
    record_change(items=mine)
    detail = f"Under embargo until {until:%Y-%m-%d %H:%M} UTC."
    record_event(item, EventKind.WITHDRAWAL, actor, detail)
    item.refresh_from_db()


def lift_embargoes() -> int:
    """Publish what is under an embargo that is over; returns how many."""
    over = Item.objects.filter(embargo_until__lte=timezone.now())
    items = list(over)
    for item in items:
        publish(item=item)
    return len(items)


@transaction.atomic
def merge(*, item: Item, into: Item, actor: User | None = None) -> None:
    """Say that `item` was `into` all along: its addresses and names lead there.

    Raises WrongState unless both are published and two.
    """
    rows = Item.objects.select_for_update().filter(pk__in=[item.pk, into.pk])
    if [row.state for row in rows.order_by("pk")] != [State.PUBLISHED] * 2:
        raise WrongState("Two published titles can be merged, and no others.")
    reason = f"It is described as “{into}” now."
    Item.objects.filter(pk=item.pk).update(
        state=State.WITHDRAWN,
        withdrawn_at=timezone.now(),
        withdrawn_reason=reason,
        merged_into=into,
    )
    record_change(items=Item.objects.filter(pk=item.pk))
    detail = f"Merged into {into.get_absolute_url()}."
    record_event(item, EventKind.WITHDRAWAL, actor, detail)
    item.refresh_from_db()


@transaction.atomic
def make_draft(
    *, slug: str, description: Description, actor: User | None = None
) -> Item:
    """A new item that only curators see. Raises ValidationError."""
    item = Item(slug=slug)
    describing.describe(item, description)
    follow_up()
    record_event(item, EventKind.INGESTION, actor, "The description was received.")
    item.refresh_from_db()
    return item


@transaction.atomic
def describe(
    *, item: Item, description: Description, actor: User | None = None
) -> list[str]:
    """Say something else of `item`, and tell harvesters; which fields that changed.

    What is true already changes nothing. Raises ValidationError.
    """
    changed = describing.describe(item, description)
    if changed:
        follow_up()
        detail = f"Changed: {', '.join(changed)}."
        record_event(item, EventKind.METADATA_MODIFICATION, actor, detail)
    item.refresh_from_db()
    return changed


@transaction.atomic
def explain_absence(*, item: Item, reason: str) -> None:
    """Say on the item's page why it has no package. Nothing if it says so already."""
    other = Item.objects.filter(pk=item.pk).exclude(unavailable_reason=reason)
    if other.update(unavailable_reason=reason):
        record_change(items=Item.objects.filter(pk=item.pk))
    item.refresh_from_db()


def _publish_drafts(item: Item) -> list[Package]:
    drafts = list(item.packages.filter(state=State.DRAFT).order_by("number"))
    return [
        draft
        for draft in drafts
        if Package.objects.filter(pk=draft.pk, state=State.DRAFT).update(
            state=State.PUBLISHED, published_at=timezone.now()
        )
    ]


@contextmanager
def _arrived(path: Path) -> Iterator[Arrived]:
    """The package at `path`, copied to where nobody changes it, and opened there."""
    _opened(path)  # before the copy: a bad package should not cost its size
    with (
        path.open("rb") as source,
        storing.received(source, settings.PACKAGES_ROOT) as incoming,
    ):
        yield incoming, _opened(incoming.path, name=path)


def _opened(path: Path, *, name: Path | None = None) -> OpenPackage:
    try:
        source = LocalFile(path)
        try:
            return open_package(source)
        finally:
            source.close()
    except VmnetxError as error:
        raise BadSubmission(f"{name or path}: {error}") from error


@contextmanager
def _keeping() -> Iterator[Keeper]:
    """One ingest at a time keeps files and rows: both, or none of either."""
    keeper = Keeper()
    with locking.waiting(keeping.INGEST_LOCK):
        try:
            with transaction.atomic():
                yield keeper
        except BaseException:
            keeper.undo()
            raise


def _record(
    submission: Submission,
    arrived: Arrived | None,
    keeper: Keeper,
    actor: User | None,
) -> Taken:
    if arrived:
        _check_digest(submission, arrived[0])
    title = arrived[1].manifest.name if arrived else submission.slug
    known = recording.find_item(submission)
    item, is_changed = recording.save_item(submission, title)
    if keeping.keep_attachments(keeper, item, submission.attachments):
        is_changed = True
    if known is None:
        record_event(item, EventKind.INGESTION, actor, "The record was received.")
    elif is_changed:
        record_event(item, EventKind.METADATA_MODIFICATION, actor, "A new record came.")
        record_change(items=Item.objects.filter(pk=item.pk))
    if arrived and _record_package(item, arrived, keeper, actor):
        is_changed = True
    # Also other items: those of a maker or in a collection that was brought up to date.
    follow_up()
    item.refresh_from_db()
    outcome = Outcome.NEW if known is None else Outcome.CHANGED
    return Taken(item, outcome if is_changed else Outcome.SAME, submission.report)


def _check_digest(submission: Submission, incoming: Incoming) -> None:
    """Raises BadSubmission where the record knows the package by another digest."""
    record = submission.record
    named = list(record.files) if record else []
    if record and record.package:
        whole = record.package
        named.append(File(href=whole.filename, sha256=whole.sha256))
    for file in named:
        is_it = submission.package and Path(file.href).name == submission.package.name
        if is_it and file.sha256 not in {"", incoming.sha256}:
            raise BadSubmission(
                f"{submission.package}: its SHA-256 is {incoming.sha256}, but the "
                f"record gives {file.sha256}"
            )


def _record_package(
    item: Item, arrived: Arrived, keeper: Keeper, actor: User | None
) -> Package | None:
    incoming, opened = arrived
    package = keeping.keep_package(keeper, item, incoming, opened)
    if package is None:
        return None
    machine = opened.domain
    for kind, detail in (
        (EventKind.MESSAGE_DIGEST_CALCULATION, f"SHA-256 {incoming.sha256}"),
        (
            EventKind.FORMAT_VALIDATION,
            f".nxpk package: {machine.arch}, {machine.memory_bytes} bytes of memory, "
            f"{machine.disk.format} disk of {opened.disk_virtual_size} bytes",
        ),
        (EventKind.INGESTION, f"Package version {package.number} was received."),
    ):
        record_event(item, kind, actor, detail, package)
    return package
