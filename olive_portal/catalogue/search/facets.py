"""What a search can be narrowed by, and which values an item has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from olive_portal.catalogue import dates
from olive_portal.catalogue.models import Item, SubjectKind

COLLECTION = "collection"
YEAR = "year"
RUNS = "runs"
# The values are as visitors read them, so that an address is readable too.
IN_BROWSER = "in your browser"
ON_OWN_COMPUTER = "on your own computer"
NOT_HERE = "described, cannot be run"


@dataclass(frozen=True)
class Facet:
    name: str  # in addresses and in SearchEntry.facets
    title: str
    is_listed: bool = True  # beside the results; otherwise only browsing leads to it


FACETS = (
    Facet(COLLECTION, "Collection"),
    Facet(RUNS, "How it runs"),
    Facet("platform", "Platform"),
    Facet("decade", "Decade"),
    Facet(YEAR, "Year", is_listed=False),
    Facet("genre", "Genre"),
    Facet("subject", "Subject"),
    Facet("maker", "Maker"),
    Facet("language", "Language"),
    Facet("rights", "Rights"),
)
NAMES = tuple(facet.name for facet in FACETS)

Values = Mapping[str, list[str]]


def values_of(item: Item) -> Values:
    """Its values by facet. A collection is its key: slugs and places change."""
    years = dates.years(item.issued)
    found = {
        COLLECTION: [str(item.collection_id)],
        RUNS: _ways(item),
        "platform": [item.platform],
        "decade": dates.decades(item.issued),
        YEAR: [str(year) for year in years],
        "maker": [part.agent.name for part in item.contributions.all()],
        "language": [item.language_in_words],
        "rights": [item.rights_in_words],
        **_terms(item),
    }
    distinct = {
        name: list(dict.fromkeys(filter(None, values)))
        for name, values in found.items()
    }
    return {name: values for name, values in distinct.items() if values}


def _ways(item: Item) -> list[str]:
    return [IN_BROWSER, ON_OWN_COMPUTER] if item.public_packages else [NOT_HERE]


def _terms(item: Item) -> dict[str, list[str]]:
    terms: dict[str, list[str]] = {"genre": [], "subject": []}
    for subject in item.subjects.all():
        is_genre = subject.kind == SubjectKind.GENRE
        terms["genre" if is_genre else "subject"].append(subject.term)
    return terms
