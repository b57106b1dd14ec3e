"""A submission becomes rows. All of this happens inside of the caller's transaction."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models

from olive_portal.catalogue import arks
from olive_portal.catalogue.describing import absolute
from olive_portal.catalogue.models import (
    Agent,
    AgentKind,
    Collection,
    Contribution,
    Identifier,
    Item,
    Role,
    Subject,
    SubjectKind,
)
from olive_portal.metadata.records import Name, Rights, TitleRecord
from olive_portal.preservation import shelving
from olive_portal.preservation.errors import BadSubmission
from olive_portal.preservation.models import ReceivedMets
from olive_portal.preservation.submissions import MAX_SLUG, Submission

ROLES = {
    "artist": Role.CREATOR,
    "author": Role.CREATOR,
    "composer": Role.CONTRIBUTOR,
    "creator": Role.CREATOR,
    "designer": Role.CREATOR,
    "distributor": Role.DISTRIBUTOR,
    "inventor": Role.CREATOR,
    "issuing body": Role.PUBLISHER,
    "originator": Role.CREATOR,
    "programmer": Role.PROGRAMMER,
    "publisher": Role.PUBLISHER,
}
MAX_ISSUED = 40
MAX_LINK = 500


def find_item(submission: Submission) -> Item | None:
    """The item that the record's OBJID is known by, else that of the slug.

    A slug that nobody chose finds nothing: two titles may be called the same. Then it
    is the item that came with these very bytes before. Raises BadSubmission where the
    slug is another title's.
    """
    objid = submission.record.objid if submission.record else ""
    if objid and (known := _known_by(objid)):
        return known
    if not submission.is_named:
        same = ReceivedMets.objects.filter(sha256=_digest(submission))
        received = same.select_related("item").first()
        return received.item if received else None
    item = Item.objects.filter(slug=submission.slug).first()
    last = ReceivedMets.objects.filter(item=item).first() if item else None
    if last is not None and objid and last.objid and last.objid != objid:
        raise BadSubmission(
            f"{submission.slug}: this address belongs to {last.objid}, not to {objid}"
        )
    return item


def _known_by(objid: str) -> Item | None:
    """The item whose record had this OBJID, or whose ARK or address it is."""
    received = ReceivedMets.objects.filter(objid=objid).select_related("item").first()
    if received is not None:
        return received.item
    scheme, colon, name = objid.partition(":")
    if colon and scheme.lower() == "ark" and (read := arks.read(name)):
        return Item.objects.filter(ark=read[0]).first()
    slug = objid.removeprefix(absolute("/items/"))
    return Item.objects.filter(slug=slug).first() if slug != objid else None


def _digest(submission: Submission) -> str:
    return hashlib.sha256(submission.mets).hexdigest()


def save_item(submission: Submission, title: str) -> tuple[Item, bool]:
    """The item with everything that the record says, and whether that changed it.

    A record that is, byte for byte, the one received last changes nothing, so what a
    curator has corrected since stays. `title` serves where there is no record.
    """
    item = find_item(submission)
    collection = _collection(submission, item)
    sha256 = _digest(submission)
    if item is not None and not _is_news(item, submission, sha256):
        return item, False
    record = submission.record or TitleRecord(title)
    before = _description(item) if item else None
    item = item or _new_item(submission)
    _set_fields(item, {"collection": collection, **_fields(record)})
    _set_contributions(item, record.names)
    _set_subjects(item, record)
    _set_identifiers(item, record)
    if submission.mets:
        ReceivedMets.objects.create(
            item=item, objid=record.objid, sha256=sha256, content=submission.mets
        )
    return item, _description(item) != before


def _set_fields(item: Item, fields: dict[str, Any]) -> None:
    """Saving what is the same is a change for those who watch the table: SQLite writes
    a moment that it made itself in another form than Django."""
    changed = {
        name: value
        for name, value in fields.items()
        if item._state.adding or getattr(item, name) != value
    }
    for name, value in changed.items():
        setattr(item, name, value)
    if changed:
        _save(item, exclude=["issued"])


def _new_item(submission: Submission) -> Item:
    shelf = submission.shelf
    is_featured = shelf is not None and shelf.featured == submission.slug
    slug = submission.slug if submission.is_named else _free(submission.slug)
    return Item(slug=slug, is_featured=is_featured)


def _free(slug: str) -> str:
    """An address that no other title has. The caller holds the ingest lock."""
    found, number = slug, 1
    while Item.objects.filter(slug=found).exists():
        number += 1
        found = f"{slug[: MAX_SLUG - 10]}-{number}"
    return found


def _is_news(item: Item, submission: Submission, sha256: str) -> bool:
    last = ReceivedMets.objects.filter(item=item).first()
    return bool(submission.mets) and (last is None or last.sha256 != sha256)


def _collection(submission: Submission, item: Item | None) -> Collection:
    shelf = submission.shelf
    if shelf is None:
        if item is not None:
            return item.collection
        raise BadSubmission(
            f"{submission.slug}: it is in no collection; name one with --collection, "
            "in a collection.toml beside its folder, or as the record's host item"
        )
    if not shelf.fields:
        found = Collection.objects.filter(slug=shelf.slug).first()
        if found is None:
            raise BadSubmission(f"there is no collection {shelf.slug!r}")
        return found
    return shelving.put_up(shelf)


def _fields(record: TitleRecord) -> dict[str, str]:
    if len(record.issued) > MAX_ISSUED:
        raise BadSubmission(f"date issued: more than {MAX_ISSUED} characters")
    uri, rights_text = _rights(record.rights)
    return {
        "title": record.title,
        "alternative_title": "; ".join(record.alternative_titles),
        "version": record.version,
        "issued": record.issued,
        "language": record.languages[0] if len(record.languages) == 1 else "mul",
        "abstract": record.abstract,
        "significance": record.significance,
        "platform": record.platform,
        "system_requirements": record.system_details,
        "rights_uri": uri,
        "rights_text": rights_text,
    } | ({} if record.languages else {"language": ""})


def _rights(rights: Rights) -> tuple[str, str]:
    """The URI if a browser can follow it, and everything else in words."""
    is_link = bool(_link(rights.uri))
    words = [rights.text, rights.access, "" if is_link else rights.uri]
    return rights.uri if is_link else "", "\n\n".join(filter(None, words))


def _save(row: models.Model, *, exclude: list[str] | None = None) -> None:
    try:
        row.full_clean(exclude=exclude)
    except ValidationError as error:
        text = shelving.explain(error)
        raise BadSubmission(f"{row._meta.verbose_name}: {text}") from error
    row.save()


def _set_contributions(item: Item, names: tuple[Name, ...]) -> None:
    wanted = dict.fromkeys(
        (_agent(name), ROLES.get(role, Role.CONTRIBUTOR))
        for name in names
        for role in name.roles or ("creator",)
    )
    now = [(c.agent, c.role) for c in item.contributions.select_related("agent")]
    if now == list(wanted):
        return
    item.contributions.all().delete()
    for position, (agent, role) in enumerate(wanted):
        _save(Contribution(item=item, agent=agent, role=role, position=position))


def _link(uri: str) -> str:
    """`uri` if a browser can follow it. One that it cannot costs no record its place:
    the original has it."""
    if not uri.startswith(("http://", "https://")) or len(uri) > MAX_LINK:
        return ""
    try:
        URLValidator()(uri)
    except ValidationError:
        return ""
    return uri


def _agent(name: Name) -> Agent:
    name = replace(name, uri=_link(name.uri))
    kind = AgentKind.ORGANIZATION if name.kind == "organization" else AgentKind.PERSON
    known = (
        Agent.objects.filter(uri=name.uri)
        if name.uri
        else Agent.objects.filter(uri="", name=name.text, kind=kind)
    ).first()
    if known is not None:
        return known
    agent = Agent(name=name.text, kind=kind, uri=name.uri)
    _save(agent)
    return agent


def _set_subjects(item: Item, record: TitleRecord) -> None:
    topics = [
        _subject(subject.text, _link(subject.uri), SubjectKind.TOPIC)
        for subject in record.subjects
    ]
    genres = [_subject(genre, "", SubjectKind.GENRE) for genre in record.genres]
    item.subjects.set([*topics, *genres])


def _subject(term: str, uri: str, kind: SubjectKind) -> Subject:
    """What one record calls a genre is one for all: the term has one row."""
    subject = Subject.objects.filter(term=term).first() or Subject(term=term)
    before = (subject.uri, subject.kind)
    if not subject.uri:
        subject.uri = uri
    if kind == SubjectKind.GENRE:
        subject.kind = kind
    if subject._state.adding or before != (subject.uri, subject.kind):
        _save(subject)
    return subject


def _set_identifiers(item: Item, record: TitleRecord) -> None:
    # Our own ARK is a field of the item, not a name that others gave it.
    own = {("ark", f"ark:{item.ark}")}
    wanted = {(i.scheme.replace(" ", "-"), i.value) for i in record.identifiers} - own
    now = {(row.scheme, row.value): row for row in item.identifiers.all()}
    for key in now.keys() - wanted:
        now[key].delete()
    for scheme, value in sorted(wanted - now.keys()):
        _save(Identifier(item=item, scheme=scheme, value=value))


def _description(item: Item) -> dict[str, Any]:
    """Everything of the public record that a METS record can change."""
    names = [*_fields(TitleRecord("")), "collection_id"]
    stored: dict[str, Any] = Item.objects.filter(pk=item.pk).values(*names).get()
    return stored | {
        "contributions": list(item.contributions.values_list("agent", "role")),
        "subjects": sorted(item.subjects.values_list("pk", flat=True)),
        "identifiers": list(item.identifiers.values_list("scheme", "value")),
    }
