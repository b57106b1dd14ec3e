from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from olive_portal.news.errors import BadNews
from olive_portal.news.models import Arrival, Post
from olive_portal.releases.models import Release

# A file, what it calls one entry, and the field that tells entries apart.
FILES = (
    ("releases.toml", Release, "version"),
    ("posts.toml", Post, "slug"),
)


def load(*, folder: Path) -> list[str]:
    """Put up the posts and releases that `folder` describes; the names of the new ones.

    Each is put up once, ever, by the first call that finds it, and not at all where a
    curator was faster. All of them are, or none. Raises BadNews.
    """
    with transaction.atomic():
        return [
            name
            for file, model, key in FILES
            for entry in _read(folder / file, model)
            if (name := _put_up(model, key, entry))
        ]


def _read(path: Path, model: type[Post | Release]) -> list[dict[str, Any]]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        return list(tables[str(model._meta.model_name)])
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise BadNews(f"{path}: {error}") from error


def _put_up(model: type[Post | Release], key: str, entry: dict[str, Any]) -> str:
    """The entry's name if it is new here, else nothing."""
    known = {field.name for field in model._meta.get_fields()} - {"is_draft"}
    if unknown := entry.keys() - known:
        raise BadNews(f"{entry}: nothing is called {', '.join(sorted(unknown))}")
    name = f"{model._meta.model_name} {entry.get(key)}"
    _, is_first = Arrival.objects.get_or_create(name=name)
    if not is_first or model.objects.filter(**{key: entry.get(key)}).exists():
        return ""
    row = model(is_draft=False, **entry)
    try:
        row.full_clean()
    except ValidationError as error:
        raise BadNews(f"{name}: {error.message_dict}") from error
    row.save()
    return name
