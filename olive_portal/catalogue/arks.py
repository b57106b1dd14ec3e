"""ARKs: names that outlive addresses (https://arks.org, draft-kunze-ark).

    ark:99999/s1fh3kz9m7w       an item; the last character checks the others
    ark:99999/s1fh3kz9m7w.v2    the second version of its package

A name is drawn by lot, so that it says nothing that could become wrong, and from
letters that make no words. Minting happens once, at publication.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from contextlib import suppress

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from olive_portal.catalogue.models import Item

# NOID's digits: no vowels, no l. Their number is prime, which the check rests on.
ALPHABET = "0123456789bcdfghjkmnpqrstvwxz"
# A shoulder ends with its first digit; other minters of the same NAAN take others.
SHOULDER = "s1"
LENGTH = 8
NAME = re.compile(r"(?P<item>[0-9a-z]+/[0-9a-z]+)(?:\.v(?P<number>[1-9][0-9]{0,8}))?")


def mint(items: Iterable[Item]) -> None:
    """Give those without an ARK one each. The caller has their rows locked."""
    nameless = [item for item in items if item.ark is None]
    while nameless:
        for item in nameless:
            item.ark = draw()
        with suppress(IntegrityError), transaction.atomic():
            Item.objects.bulk_update(nameless, ["ark"])
            return
        # One has been drawn before. It hardly ever happens, so all draw once more.


def draw() -> str:
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    name = f"{settings.OLIVE_ARK_NAAN}/{SHOULDER}{drawn}"
    return name + check_character(name)


def address(name: str, number: int | None = None) -> str:
    """Where the portal resolves an item's name, or that of a version of its package."""
    version = "" if number is None else f".v{number}"
    return reverse("ark", args=[f"{name}{version}"])


def check_character(name: str) -> str:
    """NOID's: it finds every single wrong character and every two that are swapped."""
    total = sum(
        place * ALPHABET.find(character)
        for place, character in enumerate(name, start=1)
        if character in ALPHABET
    )
    return ALPHABET[total % len(ALPHABET)]


def is_sound(name: str) -> bool:
    """Whether the last character is the check of the others."""
    return check_character(name[:-1]) == name[-1:]


def read(text: str) -> tuple[str, int | None] | None:
    """The item's name and the version's number in what came after `ark:`.

    Hyphens and case carry no meaning in an ARK (sections 2.2 and 2.7), and a slash
    before the NAAN is the older form.
    """
    found = NAME.fullmatch(text.lstrip("/").replace("-", "").lower())
    if found is None:
        return None
    number = found["number"]
    return found["item"], int(number) if number else None
