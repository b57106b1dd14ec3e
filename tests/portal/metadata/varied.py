"""Records of every shape, the same for the same seed: plain, bare, foreign, hostile and
very long ones. `records(10_000)` is what every renderer has to survive."""

from __future__ import annotations

import random
from dataclasses import replace

from olive_portal.metadata.records import (
    Agent,
    Collection,
    Environment,
    Event,
    File,
    Identifier,
    Name,
    OtherVersion,
    Package,
    RegistryKey,
    Rights,
    Route,
    SignificantProperty,
    Source,
    Subject,
    TitleRecord,
)

WORDS = """Rogue Colossal Cave Émigré Zürich Tetris Тетрис テトリス 俄罗斯方块 تتريس
טטריס Łódź Ångström naïve Ελληνικά हिन्दी 한국어 Việt Nam's O'Brien's Cañón smørrebrød"""
HOSTILE = (
    "<script>alert(1)</script>",
    "]]><evil xmlns='urn:x'/>",
    "&amp; &lt; &#0; &unknown;",
    "quote \" and ' apostrophe",
    "null\x00 bell\x07 escape\x1b[31m",
    "lone surrogate \ud800 and \udfff",
    "non-characters \ufffe \uffff",
    "right to left \u202e evil",
    "combining e\u0301 o\u0308\u0304\u0323",
    "emoji \U0001f47e\U0001f579\ufe0f",
    "carriage\r\nreturn\rand\ttab",
    "{% include 'x' %} ${jndi:x} %s %n",
    "'; DROP TABLE item; --",
    " leading and trailing ",
    "\\n \\u0000 \\",
    "--> <!-- comment",
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]>",
)
LINKS = (
    "",
    "https://www.wikidata.org/wiki/Q1",
    "http://viaf.org/viaf/1",
    "https://example.org/a b?c=d&e=<f>#g#h",
    "https://example.org/%zz/Zürich/[x]",
    "http://[::1]:80/",
    "http://[zz]/",
    "https://example.org:port/",
    "javascript:alert(1)",
    "not a link",
    "http:// \x00",
)
DATES = ("", "1992", "1992-03", "1992-03-03", "199X", "1992~", "1977/1979", "1992?")
DATES += ("199X/2001~", "in the spring", "0000", "\x01")
ROLES = ("creator", "programmer", "publisher", "distributor", "contributor", "goblin")
STATEMENTS = (
    "",
    "http://rightsstatements.org/vocab/InC/1.0/",
    "https://spdx.org/licenses/GPL-2.0-or-later.html",
    "https://creativecommons.org/publicdomain/zero/1.0/",
    "not a link either",
)
FUNCTIONS = ("hardware", "operating system", "software application", "")
KINDS = ("ingestion", "message digest calculation", "publication", "séance")
VERY_LONG = 100_000


def records(count, seed=4):
    """`count` different records. The first few are the extremes."""
    extremes = [bare(), crowded(), longest()][:count]
    yield from extremes
    for number in range(len(extremes), count):
        yield _record(random.Random(f"{seed}/{number}"), number)


def bare():
    """A title and nothing else."""
    return TitleRecord("A")


def crowded():
    """Everything that a record can say, in plain words."""
    chance = random.Random(1)
    record = _record(chance, 1)
    package = _package(chance, 1)
    return replace(
        record,
        title="Rogue",
        names=tuple(Name(role, "person", "", (role,)) for role in ROLES),
        package=package,
        files=tuple(_file(chance, number) for number in range(4)),
        environments=tuple(_environment(chance) for _ in FUNCTIONS),
        agents=tuple(_agent(number) for number in range(3)),
        events=tuple(_event(chance, number) for number in range(6)),
        collections=tuple(Collection(f"Shelf {depth}") for depth in range(12)),
    )


def longest():
    """Text without an end, in every place that a visitor could paste it into."""
    text = "long ⚠ " * (VERY_LONG // 7)
    return TitleRecord(
        title=text,
        alternative_titles=(text,),
        version=text,
        abstract=f"{text}\n\n{text}",
        names=tuple(Name(f"{number} {text[:500]}") for number in range(200)),
        subjects=tuple(Subject(f"{number} {text[:100]}") for number in range(500)),
        identifiers=(Identifier("local", text),),
        rights=Rights("", text, text),
    )


def _record(chance, number):
    def some(make, most=4):
        return tuple(make(chance) for _ in range(chance.randint(0, most)))

    return TitleRecord(
        title=_words(chance) or "A title",
        alternative_titles=some(_words, 2),
        version=chance.choice(("", "1.0", "5.4.4 β", _words(chance))),
        names=some(_name),
        issued=chance.choice(DATES),
        languages=chance.choice(((), ("eng",), ("pt-BR",), ("mul",), ("Klingon",))),
        abstract=_paragraphs(chance),
        significance=_paragraphs(chance),
        platform=chance.choice(("", "MS-DOS 5", _words(chance))),
        system_details=_words(chance),
        subjects=some(_subject),
        genres=some(lambda _: chance.choice(("video game", "editor", _words(chance)))),
        identifiers=some(_identifier),
        rights=Rights(chance.choice(STATEMENTS), _words(chance), _words(chance)),
        collections=some(lambda _: Collection(_words(chance), chance.choice(LINKS))),
        sources=some(lambda _: Source(*(_words(chance) for _ in range(3))), 2),
        significant_properties=some(_property, 3),
        environments=some(_environment, 3),
        files=some(lambda _: _file(chance, number)),
        package=_package(chance, number) if chance.random() < 0.6 else None,
        other_versions=some(lambda _: OtherVersion(chance.randint(1, 9)), 2),
        routes=some(_route, 3),
        agents=tuple(_agent(n) for n in range(chance.randint(0, 3))),
        events=tuple(_event(chance, n) for n in range(chance.randint(0, 4))),
        objid=chance.choice(("", f"ark:/99999/x{number}", _words(chance))),
        url=chance.choice(("", f"https://olive.example.org/items/x{number}")),
        cite_as=chance.choice(("", f"https://olive.example.org/ark:99999/x{number}")),
        archive=chance.choice(("", "Olive", _words(chance))),
        created=chance.choice(("", "2026-01-05T10:00:00Z")),
        changed=chance.choice(("", "2026-02-01T09:30:00Z")),
        record_status=chance.choice(("", "draft", "published", "withdrawn")),
    )


def _words(chance):
    if chance.random() < 0.1:
        return ""
    pool = (*WORDS.split(), chance.choice(HOSTILE))
    return " ".join(chance.choice(pool) for _ in range(chance.randint(1, 8)))


def _paragraphs(chance):
    return "\n\n".join(_words(chance) for _ in range(chance.randint(0, 3)))


def _name(chance):
    roles = tuple(chance.sample(ROLES, chance.randint(0, 2)))
    kind = chance.choice(("", "person", "organization"))
    return Name(_words(chance), kind, chance.choice(LINKS), roles)


def _subject(chance):
    return Subject(_words(chance), chance.choice(LINKS))


def _identifier(chance):
    scheme, value = chance.choice(
        (
            ("ark", "ark:/99999/x1"),
            ("doi", "10.5555/olive.1"),
            ("wikidata", "Q1"),
            ("isbn", "978-3-16-148410-0"),
            ("local", "a local number"),
            ("", "of no scheme"),
        )
    )
    return Identifier(scheme, chance.choice((value, value, _words(chance))))


def _property(chance):
    return SignificantProperty(chance.choice(("audio", "", "timing")), _words(chance))


def _environment(chance):
    keys = (RegistryKey("Wikidata", "Q1", "identification"), RegistryKey("", ""))
    return Environment(
        chance.choice(FUNCTIONS),
        *(_words(chance) for _ in range(4)),
        keys[: chance.randint(0, 2)],
    )


def _file(chance, number):
    use = chance.choice(("SCREENSHOTS", "DOCUMENTATION", "", "OTHER"))
    href = chance.choice((f"shots/{number}.png", "https://a.example/ü.png", "a b"))
    digest = chance.choice(("", "ab" * 32))
    return File(
        href, "image/png", use, _words(chance), chance.choice((None, 9)), digest
    )


def _package(chance, number):
    disk = File("disk.img", "", "disk", "", 1 << 20, "cd" * 32)
    domain = File("domain.xml", "application/xml", "domain", "", 900, "ef" * 32)
    memory = File("memory.img", "", "memory", "", 1 << 20)
    parts = chance.choice(((), (domain, disk), (domain, disk, memory)))
    published = chance.choice(("", "2026-01-06T10:00:00Z"))
    return Package(
        number=chance.randint(1, 12),
        filename=f"x{number}-1.nxpk",
        size=chance.randint(1, 1 << 40),
        sha256=f"{number:064x}",
        arch=chance.choice(("i686", "x86_64")),
        memory_bytes=64 << 20,
        vcpus=chance.randint(1, 4),
        published=published,
        components=parts,
    )


def _route(chance):
    kind = chance.choice(("thick", "thin", "browser"))
    return Route(kind, "https://olive.example.org/items/x/launch", _words(chance))


def _agent(number):
    return Agent(f"agent:{number}", "Olive portal", ("software", "person", "")[number])


def _event(chance, number):
    return Event(
        f"event:{number}",
        chance.choice(KINDS),
        "2026-01-05T10:00:00Z",
        _words(chance),
        chance.choice(("", "success", "failure")),
        chance.choice(("", "agent:0")),
        chance.choice((None, 1, 2)),
    )
