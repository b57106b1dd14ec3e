"""Readers for the environment; a wrong value is refused with its name and why."""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

# Labels of two characters or more that begin with a letter: what the validators of
# OAI-PMH repositories take.
DOMAIN = re.compile(r"[A-Za-z][A-Za-z0-9-]+(\.[A-Za-z][A-Za-z0-9-]+)+")
EMAIL = re.compile(r"[A-Za-z0-9_][\w\-.]+@[A-Za-z0-9\-.]+\.[a-z]{2,}", re.ASCII)


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default)


def secret(name: str, default: str = "") -> str:
    """The value of `name`, or the content of the file that `name`_FILE names."""
    path = os.environ.get(f"{name}_FILE")
    if path is None:
        return text(name, default)
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE: {error}") from error


def words(name: str, default: str = "") -> list[str]:
    """Values separated by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def number(name: str, default: int, *, least: int = 0) -> int:
    value = text(name, str(default))
    if not value.isdecimal() or int(value) < least:
        raise ImproperlyConfigured(
            f"{name} is {value!r}; it must be a whole number of at least {least}"
        )
    return int(value)


def matching(name: str, default: str, pattern: str) -> str:
    value = text(name, default)
    if not re.fullmatch(pattern, value):
        raise ImproperlyConfigured(f"{name} is {value!r}; it must match {pattern}")
    return value


def domain(name: str, *defaults: str) -> str:
    """A domain name of two labels or more; the first default that is one."""
    given = os.environ.get(name)
    for value in defaults if given is None else [given]:
        if DOMAIN.fullmatch(value):
            return value
    raise ImproperlyConfigured(f"{name} is {given!r}; it must be a domain name")


def emails(name: str, default: str) -> list[str]:
    """One address or more, as plain as the validators of OAI-PMH want them."""
    values = words(name, default)
    wrong = [value for value in values if not EMAIL.fullmatch(value)]
    if wrong or not values:
        raise ImproperlyConfigured(
            f"{name} is {text(name)!r}; it must be addresses like archive@example.org"
        )
    return values


def switch(name: str, default: str = "no") -> bool:
    value = text(name, default).lower()
    if value not in {"yes", "no"}:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be yes or no")
    return value == "yes"


def folder(name: str, default: Path) -> Path:
    path = Path(text(name, str(default))).absolute()
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def generated_secret(path: Path) -> str:
    """The secret kept in `path`, made at the first call.

    Two processes that start at once agree: the file appears whole, by one link().
    """
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text()
