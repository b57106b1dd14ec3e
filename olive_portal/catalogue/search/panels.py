"""The facets beside the results, and what is chosen of them, as links."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nsmallest
from typing import NamedTuple

from olive_portal.catalogue.search.facets import COLLECTION, FACETS, Facet
from olive_portal.catalogue.search.finding import Answer
from olive_portal.catalogue.search.questions import Question

# A page stays light and a list readable; browsing shows them all.
MOST_SHOWN = 6
MOST_FOLDED = 24


class Choice(NamedTuple):
    """A value, and the question in which it is chosen, or no longer is."""

    label: str
    total: int
    is_chosen: bool
    query: str


@dataclass(frozen=True)
class Panel:
    facet: Facet
    shown: tuple[Choice, ...]
    folded: tuple[Choice, ...]


def panels(answer: Answer) -> list[Panel]:
    made = [_panel(facet, answer) for facet in FACETS if facet.is_listed]
    return [panel for panel in made if panel.shown]


def chosen(answer: Answer) -> list[Choice]:
    """Every chosen value, also one that finds nothing: it has to be removable."""
    return [
        choice
        for facet in FACETS
        for choice in _choices(
            facet, answer.question.chosen.get(facet.name, ()), answer
        )
    ]


def hidden_fields(question: Question) -> list[tuple[str, str]]:
    """What a form keeps when somebody types other words."""
    return [(name, v) for name, values in question.chosen.items() for v in values]


def _panel(facet: Facet, answer: Answer) -> Panel:
    # Of thousands of makers only those that are shown become links.
    values = _first(facet, answer, MOST_SHOWN + MOST_FOLDED)
    choices = _choices(facet, values, answer)
    return Panel(facet, tuple(choices[:MOST_SHOWN]), tuple(choices[MOST_SHOWN:]))


def _first(facet: Facet, answer: Answer, limit: int) -> list[str]:
    """Chosen values, then those that most titles have; decades in their order."""
    counts = answer.counts.get(facet.name, {})
    picked = answer.question.chosen.get(facet.name, ())
    if facet.name == "decade":
        return nsmallest(limit, counts, key=lambda value: (value not in picked, value))
    return nsmallest(
        limit, counts, key=lambda v: (v not in picked, -counts[v], v.casefold())
    )


def _choices(facet: Facet, values: Iterable[str], answer: Answer) -> list[Choice]:
    labels = answer.collections if facet.name == COLLECTION else {}
    counts = answer.counts.get(facet.name, {})
    picked = answer.question.chosen.get(facet.name, ())
    toggled = answer.question.toggling(facet.name)
    return [
        Choice(
            labels.get(value, value),
            counts.get(value, 0),
            value in picked,
            toggled(value),
        )
        for value in values
    ]
