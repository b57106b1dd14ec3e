"""collection.toml: what a folder of titles says about the collection that they form."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.text import slugify

from olive_portal.catalogue.models import Collection
from olive_portal.preservation.errors import BadSubmission

NAME = "collection.toml"
MAX_BYTES = 64 * 1024
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


def named(title: str) -> Shelf:
    """The shelf for a collection that a record names by its title."""
    return Shelf(slugify(title)[:100], {"title": title})


def put_up(shelf: Shelf) -> Collection:
    """The shelf's collection, made or brought up to date."""
    defaults = shelf.fields
    collection, is_new = Collection.objects.get_or_create(
        slug=shelf.slug, defaults=defaults
    )
    # A title in a record finds its collection; only a description changes one.
    if shelf.is_described and not is_new:
        _bring_up_to_date(collection, defaults)
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
