"""collection.toml: what a folder of titles says about the collection that they form."""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.text import slugify

from olive_portal.catalogue.models import Collection
from olive_portal.metadata import records
from olive_portal.preservation.errors import BadSubmission

NAME = "collection.toml"
MAX_BYTES = 64 * 1024
# What the portal says of a collection in a record that it wrote.
PAGE = re.compile(r"^https?://[^/]+/collections/([-\w]{1,100})$", re.ASCII)
KINDS = {
    "title": str,
    "slug": str,
    "abstract": str,
    "tint": str,
    "position": int,
    "featured": str,
}


@dataclass(frozen=True)
class Shelf:
    """A collection by its slug, and what is to be true of it; nothing if it says so."""

    slug: str
    fields: dict[str, str | int] = field(default_factory=dict)
    is_described: bool = False
    around: Shelf | None = None
    featured: str = ""
    """The slug of the title that may stand on the front page, until a curator says."""


def read(folder: Path) -> Shelf | None:
    """The shelf that `folder` describes; None without a description. Writes nothing.

    Raises BadSubmission.
    """
    path = folder / NAME
    if not path.is_file():
        return None
    if path.stat().st_size > MAX_BYTES:
        raise BadSubmission(f"{path}: more than {MAX_BYTES} bytes")
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSubmission(f"{path}: {error}") from error
    for name, value in values.items():
        if not isinstance(value, KINDS.get(name, ())) or isinstance(value, bool):
            known = ", ".join(KINDS)
            raise BadSubmission(f"{path}: {name} is wrong; it may have {known}")
    slug = values.pop("slug", None) or slugify(folder.name)
    values.setdefault("title", folder.name)
    featured = values.pop("featured", "")
    return _checked(Shelf(slug, values, is_described=True, featured=featured), path)


def named(collections: tuple[records.Collection, ...]) -> Shelf:
    """The shelf for the innermost of a record's collections, outermost first."""
    *outer, collection = collections
    around = named(tuple(outer)) if outer else None
    page = PAGE.search(collection.url)
    slug = page[1] if page else slugify(collection.title)[:100]
    digest = hashlib.sha256(collection.title.encode()).hexdigest()
    # A title without a Latin letter or digit makes no address of its own.
    slug = slug or f"collection-{digest[:8]}"
    return Shelf(slug, {"title": collection.title}, around=around)


def put_up(shelf: Shelf) -> Collection:
    """The shelf's collection, made or brought up to date."""
    collection = Collection.objects.filter(slug=shelf.slug).first()
    if collection is None:
        around = put_up(shelf.around) if shelf.around else None
        return Collection.objects.create(slug=shelf.slug, parent=around, **shelf.fields)
    # A title in a record finds its collection; only a description changes one.
    if shelf.is_described:
        _bring_up_to_date(collection, shelf.fields)
    return collection


def _bring_up_to_date(collection: Collection, fields: dict[str, str | int]) -> None:
    changed = [name for name in fields if getattr(collection, name) != fields[name]]
    if changed:
        Collection.objects.filter(pk=collection.pk).update(
            **{name: fields[name] for name in changed}
        )
        collection.refresh_from_db()


def _checked(shelf: Shelf, path: Path) -> Shelf:
    try:
        Collection(slug=shelf.slug, **shelf.fields).full_clean(
            validate_unique=False, validate_constraints=False
        )
    except ValidationError as error:
        raise BadSubmission(f"{path}: {explain(error)}") from error
    return shelf


def explain(error: ValidationError) -> str:
    """Each field and what is wrong with it, on one line."""
    return "; ".join(
        f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items()
    )
