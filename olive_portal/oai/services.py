"""What whoever has something to expose calls, in the transaction that changes it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from olive_portal.oai import fragments, markup, stamping
from olive_portal.oai.models import EVERYTHING, Membership, Record, Set

MOST_OF_A_NAME = 300
# The characters of URIs, with none that XML would have escaped.
IDENTIFIER = re.compile(r"[A-Za-z0-9\-_.!~*'();/?:@=+$,%]+")


@dataclass(frozen=True)
class Exposure:
    """Everything that harvesters get of one thing.

    `sets` has a name for each setSpec that it is in, also for those around. A format
    that `metadata` lacks is one that the thing is not, or no longer, given in; but what
    is there in a format of `kept` stays as it is.
    """

    source: str
    identifier: str
    sets: Mapping[str, str]
    metadata: Mapping[str, bytes]
    kept: frozenset[str] = frozenset()


@transaction.atomic
def expose(exposures: Sequence[Exposure]) -> int:
    """Bring the records up to date, and return how many changed.

    A datestamp moves only where metadata, sets or status become others than they were.
    The caller sees to it that no other transaction exposes the same sources at the same
    time. Raises BadFragment, with nothing changed.
    """
    known = _known(exposure.source for exposure in exposures)
    changed = [
        record
        for exposure in exposures
        for record in _changed(exposure, known[exposure.source])
    ]
    names = {e.source: e.sets for e in exposures if e.metadata}
    _name_sets({spec: name for sets in names.values() for spec, name in sets.items()})
    _write(changed)
    _regroup([r for r in changed if not r.is_deleted], names)
    return len(changed)


@transaction.atomic
def retire(sources: Iterable[str]) -> int:
    """Leave tombstones, which keep their sets, and return how many are new."""
    known = _known(sources)
    changed = [r for own in known.values() for r in own.values() if not r.is_deleted]
    for record in changed:
        _bury(record)
    _write(changed)
    return len(changed)


def _known(sources: Iterable[str]) -> dict[str, dict[str, Record]]:
    """The records of each source, by their format."""
    found: dict[str, dict[str, Record]] = defaultdict(dict)
    for record in Record.objects.filter(source__in=list(sources)):
        found[record.source][record.prefix] = record
    return found


def _changed(exposure: Exposure, known: Mapping[str, Record]) -> list[Record]:
    if not IDENTIFIER.fullmatch(exposure.identifier):
        raise ValueError(f"{exposure.identifier!r} is no identifier for a record")
    specs = "".join(markup.element("setSpec", s) for s in deepest(exposure.sets))
    changed = []
    for prefix, xml in exposure.metadata.items():
        metadata = fragments.check(prefix, xml, exposure.source)
        record = known.get(prefix) or Record(
            source=exposure.source, prefix=prefix, identifier=exposure.identifier
        )
        is_same = not record.is_deleted and record.set_specs == specs
        if not is_same or record.metadata != metadata:
            record.metadata, record.set_specs = metadata, specs
            record.is_deleted = False
            changed.append(record)
    for prefix, record in known.items():
        is_wanted = prefix in exposure.metadata or prefix in exposure.kept
        if not is_wanted and not record.is_deleted:
            _bury(record)
            changed.append(record)
    return changed


def deepest(specs: Iterable[str]) -> list[str]:
    """Without those that another one is inside of."""
    ordered = sorted(specs)
    return [s for s in ordered if not any(o.startswith(f"{s}:") for o in ordered)]


def _bury(record: Record) -> None:
    record.is_deleted, record.metadata = True, ""


def _write(changed: Sequence[Record]) -> None:
    """Stamp and store them, and tell their places in sets the new datestamp."""
    if not changed:
        return
    now = stamping.stamp()
    for record in changed:
        record.datestamp = now
    # One statement for what is new and for what is changed; it fills in the keys.
    Record.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["source", "prefix"],
        update_fields=["datestamp", "is_deleted", "set_specs", "metadata"],
    )
    Membership.objects.filter(record__in=changed).update(datestamp=now)


def _regroup(records: Sequence[Record], names: Mapping[str, Mapping[str, str]]) -> None:
    """Rows for exactly the sets that each record is in."""
    wanted = {source: {EVERYTHING, *sets} for source, sets in names.items()}
    now: dict[int, set[str]] = defaultdict(set)
    rows = Membership.objects.filter(record__in=records)
    for record_id, spec in rows.values_list("record_id", "spec"):
        now[record_id].add(spec)
    left: set[str] = set()
    for record in records:
        if gone := now[record.pk] - wanted[record.source]:
            rows.filter(record=record, spec__in=gone).delete()
            left |= gone
    Membership.objects.bulk_create(
        Membership(
            record=record, spec=spec, prefix=record.prefix, datestamp=record.datestamp
        )
        for record in records
        for spec in sorted(wanted[record.source] - now[record.pk])
    )
    _drop_empty(left)


def _drop_empty(specs: Iterable[str]) -> None:
    used = Membership.objects.filter(spec__in=specs).values("spec")
    Set.objects.filter(spec__in=specs).exclude(spec__in=used).delete()


def _name_sets(names: Mapping[str, str]) -> None:
    names = {spec: markup.clean(name)[:MOST_OF_A_NAME] for spec, name in names.items()}
    known = dict(Set.objects.filter(spec__in=names).values_list("spec", "name"))
    Set.objects.bulk_create(
        [Set(spec=s, name=name) for s, name in names.items() if known.get(s) != name],
        update_conflicts=True,
        unique_fields=["spec"],
        update_fields=["name"],
    )
