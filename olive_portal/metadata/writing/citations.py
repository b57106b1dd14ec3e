"""Citations as sentences, in the styles that readers are asked for most."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from olive_portal.metadata.records import TitleRecord
from olive_portal.metadata.writing import csl_json
from olive_portal.metadata.writing.csl_json import Person, one_line
from olive_portal.metadata.writing.elements import uri

Style = Callable[[TitleRecord], str]


def render(record: TitleRecord) -> bytes:
    """Every style by its name, a line each."""
    lines = (f"{name}: {style(record)}\n" for name, style in STYLES.items())
    return "".join(lines).encode()


def apa(record: TitleRecord) -> str:
    """The American Psychological Association's, 7th edition: section 10.10."""
    people = [_initials(person) for person in csl_json.authors(record)]
    who = _joined(people, ", ", "& ")
    when = f"({csl_json.year(record.issued) or 'n.d.'})"
    version = one_line(record.version)
    what = one_line(record.title) + (f" (Version {version})" if version else "")
    what += " [Computer software]"
    start = (who, when, what) if who else (what, when)
    return _sentences((*_with_stop(start), *csl_json.publishers(record)), record)


def chicago(record: TitleRecord) -> str:
    """The Chicago Manual of Style's, 17th edition: bibliography, section 14.268."""
    version = one_line(record.version)
    year = csl_json.year(record.issued)
    parts = (
        _joined(_inverted(csl_json.authors(record)), ", ", "and "),
        one_line(record.title),
        f"V. {version}" if version else "",
        "; ".join(csl_json.publishers(record)),
        f"Released {year}" if year else "",
    )
    return _sentences(parts, record)


def mla(record: TitleRecord) -> str:
    """The Modern Language Association's, 9th edition."""
    version = one_line(record.version)
    container = (
        f"Version {version}" if version else "",
        ", ".join(csl_json.publishers(record)),
        csl_json.year(record.issued),
    )
    people = _inverted(csl_json.authors(record))
    who = f"{people[0]}, et al" if len(people) > 2 else _joined(people, ", ", "and ")
    parts = (who, one_line(record.title), ", ".join(filter(None, container)))
    return _sentences(parts, record)


STYLES: dict[str, Style] = {"APA": apa, "Chicago": chicago, "MLA": mla}


def _sentences(parts: Iterable[str], record: TitleRecord) -> str:
    """Each part with its full stop, then the archive and the address."""
    said = [*parts, csl_json.preserved(record)]
    ended = [
        part if part.endswith((".", "!", "?")) else f"{part}." for part in said if part
    ]
    return " ".join((*ended, uri(record.lasting_url))).strip()


def _with_stop(start: Iterable[str]) -> tuple[str, ...]:
    """APA's author, year and title: the year ends what the author began."""
    who, *rest = start
    if rest and rest[0].startswith("("):
        first = f"{who} {rest[0]}" if who.endswith(".") else f"{who}. {rest[0]}"
        return (first, *rest[1:])
    return (who, *rest)


def _initials(person: Person) -> str:
    if "family" not in person:
        return person.get("literal", "")
    given = " ".join(f"{word[0]}." for word in person.get("given", "").split())
    return f"{person['family']}, {given}" if given else person["family"]


def _inverted(people: list[Person]) -> list[str]:
    """The first by family name, the others as they are spoken."""
    names = []
    for number, person in enumerate(people):
        if "family" not in person:
            names.append(person.get("literal", ""))
        elif number == 0:
            names.append(f"{person['family']}, {person.get('given', '')}")
        else:
            names.append(f"{person.get('given', '')} {person['family']}".strip())
    return names


def _joined(names: list[str], between: str, last: str) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{between.join(names[:-1])}{between}{last}{names[-1]}"
