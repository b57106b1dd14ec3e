"""What somebody says of an item becomes rows, inside of the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from olive_portal.catalogue.models import Agent, Contribution, Identifier, Item, Subject


@dataclass(frozen=True)
class Part:
    """What an agent did. The agent is known by its URI, or else by name and kind."""

    role: str
    name: str
    kind: str
    uri: str = ""


@dataclass(frozen=True)
class Description:
    """What is to be true of an item; None, or a missing field, leaves it as it is."""

    fields: dict[str, Any] = field(default_factory=dict)
    subjects: list[str] | None = None
    parts: list[Part] | None = None
    identifiers: list[tuple[str, str]] | None = None


def describe(item: Item, description: Description) -> list[str]:
    """Make it so, and say what that changed. Raises ValidationError."""
    changed = _set_fields(item, description.fields)
    if description.subjects is not None:
        changed += _set_subjects(item, description.subjects)
    if description.parts is not None:
        changed += _set_contributions(item, description.parts)
    if description.identifiers is not None:
        changed += _set_identifiers(item, description.identifiers)
    return changed


def _set_fields(item: Item, fields: dict[str, Any]) -> list[str]:
    is_new = item.pk is None
    changed = [
        name for name, value in fields.items() if is_new or getattr(item, name) != value
    ]
    for name in changed:
        setattr(item, name, fields[name])
    if changed:
        # What an old record left there is not the fault of who changes something else.
        others = {field.name for field in item._meta.fields} - set(changed)
        item.full_clean(exclude=set() if is_new else others)
        item.save()
    return changed


def _set_subjects(item: Item, terms: Iterable[str]) -> list[str]:
    wanted = {Subject.objects.get_or_create(term=term)[0] for term in terms}
    if wanted == set(item.subjects.all()):
        return []
    item.subjects.set(wanted)
    return ["subjects"]


def _set_contributions(item: Item, parts: Iterable[Part]) -> list[str]:
    wanted = list(dict.fromkeys((_agent(part), part.role) for part in parts))
    rows = item.contributions.select_related("agent")
    if wanted == [(row.agent, row.role) for row in rows]:
        return []
    item.contributions.all().delete()
    for position, (agent, role) in enumerate(wanted):
        Contribution.objects.create(
            item=item, agent=agent, role=role, position=position
        )
    return ["contributions"]


def _agent(part: Part) -> Agent:
    if part.uri:
        known = {"uri": part.uri}
        others = {"name": part.name, "kind": part.kind}
        return Agent.objects.get_or_create(**known, defaults=others)[0]
    return Agent.objects.get_or_create(uri="", name=part.name, kind=part.kind)[0]


def _set_identifiers(item: Item, pairs: Iterable[tuple[str, str]]) -> list[str]:
    wanted = set(pairs)
    now = {(row.scheme, row.value): row for row in item.identifiers.all()}
    if wanted == now.keys():
        return []
    for pair in now.keys() - wanted:
        now[pair].delete()
    for scheme, value in sorted(wanted - now.keys()):
        Identifier.objects.create(item=item, scheme=scheme, value=value)
    return ["identifiers"]
