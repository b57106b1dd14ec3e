"""A library of any size for benchmarks: titles whose words, makers and subjects are
spread as in real catalogues, few of them everywhere and most of them rarely."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from django.db import transaction

from olive_portal.catalogue import noting, services
from olive_portal.catalogue.models import (
    Agent,
    Collection,
    Contribution,
    Identifier,
    Item,
    Media,
    Package,
    Subject,
    SubjectKind,
)

BATCH = 2_000
CONSONANTS, VOWELS = "bdfgklmnprstvz", "aeiou"
SYLLABLES = [a + b for a in CONSONANTS for b in VOWELS]
PLATFORMS = ["IBM PC", "Amiga", "Apple II", "Commodore 64", "Unix", "Atari ST"]
PLATFORMS += [f"Machine {number}" for number in range(60)]
LANGUAGES = ["eng", "ger", "fre", "jpn", "rus", "fin"]
RIGHTS = [
    "https://rightsstatements.org/vocab/InC/1.0/",
    "https://rightsstatements.org/vocab/CNE/1.0/",
    "https://creativecommons.org/publicdomain/zero/1.0/",
]
START = datetime(2020, 1, 1, tzinfo=UTC)


class Spread:
    """Draws from a list so that the n-th is n times rarer than the first."""

    def __init__(self, choices, chance):
        self._choices = choices
        self._weights = list(accumulate(1 / (n + 1) for n in range(len(choices))))
        self._chance = chance

    def draw(self, count=1):
        return self._chance.choices(self._choices, cum_weights=self._weights, k=count)


def vocabulary(chance, size):
    words = set()
    while len(words) < size:
        words.add("".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))))
    return sorted(words)


def fill(count):
    """Publish `count` titles, and let search know. Returns the words that they use."""
    # A note for each of a million rows would take longer than the rows.
    noting.remove(using="default", plan=[True])
    with transaction.atomic():
        words = _fill(count)
        services.index_everything()
    noting.install(using="default")
    return words


def _fill(count):
    chance = random.Random(count)  # noqa: S311
    words = vocabulary(chance, 20_000)
    chance.shuffle(words)
    spread = Spread(words, chance)
    agents = _agents(max(20, count // 10), spread)
    subjects = _subjects(spread)
    collections = _collections()
    items = _items(count, spread, collections, chance)
    _descriptions(items, Spread(agents, chance), Spread(subjects, chance), chance)
    return words


def _agents(count, spread):
    names = {" ".join(spread.draw(2)).title() + f" {n}" for n in range(count)}
    return Agent.objects.bulk_create([Agent(name=n) for n in sorted(names)])


def _subjects(spread):
    rows = [Subject(term=f"Topic {word}") for word in sorted(set(spread.draw(2000)))]
    rows += [
        Subject(term=f"Genre {number}", kind=SubjectKind.GENRE) for number in range(40)
    ]
    return Subject.objects.bulk_create(rows)


def _collections():
    tops = [
        Collection.objects.create(slug=f"c-{n}", title=f"Collection {n}")
        for n in range(8)
    ]
    inner = [
        Collection.objects.create(
            slug=f"{top.slug}-{n}", title=f"{top.title}.{n}", parent=top
        )
        for top in tops
        for n in range(4)
    ]
    return tops + inner


def _items(count, spread, collections, chance):
    platforms = Spread(PLATFORMS, chance)
    rows = [
        Item(
            slug=f"title-{number}",
            title=" ".join(spread.draw(chance.randint(1, 4))).title(),
            collection=chance.choice(collections),
            issued=str(chance.randint(1965, 2010)),
            language=chance.choice(LANGUAGES),
            platform=platforms.draw()[0],
            rights_uri=chance.choice(RIGHTS),
            abstract=" ".join(spread.draw(60)) + ".",
            significance=" ".join(spread.draw(40)) + ".",
            state="published",
            published_at=START + timedelta(minutes=number),
        )
        for number in range(count)
    ]
    return Item.objects.bulk_create(rows, batch_size=BATCH)


def _descriptions(items, agents, subjects, chance):
    parts, links, names, media, packages = [], [], [], [], []
    link = Item.subjects.through
    for item in items:
        for agent in dict.fromkeys(agents.draw(2)):
            parts.append(Contribution(item=item, agent=agent))
        for subject in dict.fromkeys(subjects.draw(3)):
            links.append(link(item=item, subject=subject))
        names.append(Identifier(item=item, scheme="local", value=f"L{item.pk}"))
        media.append(_screen(item))
        if chance.random() < 0.6:
            packages.append(_package(item))
    Contribution.objects.bulk_create(parts, batch_size=BATCH)
    link.objects.bulk_create(links, batch_size=BATCH)
    Identifier.objects.bulk_create(names, batch_size=BATCH)
    Media.objects.bulk_create(media, batch_size=BATCH)
    Package.objects.bulk_create(packages, batch_size=BATCH)


def _screen(item):
    return Media(
        item=item,
        file=f"{item.slug}/screen.png",
        media_type="image/png",
        alt="A screen",
        width=640,
        height=480,
        renditions=[],  # there is no file to make smaller
    )


def _package(item):
    return Package(
        item=item,
        number=1,
        name=item.title,
        file=f"{item.slug}.nxpk",
        size=9_646_899,
        sha256=f"{item.pk:064x}",
        memory_bytes=64 << 20,
        arch="i686",
        disk_format="raw",
        disk_virtual_size=8 << 20,
        state="published",
        published_at=item.published_at,
    )
