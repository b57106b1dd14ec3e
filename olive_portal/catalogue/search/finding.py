"""Answers to questions. Nothing in an answer counts, names or spells what the public
may not see: it all comes from entries of public items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from pyroaring import BitMap

from olive_portal.catalogue.search import holdings, matching, slips
from olive_portal.catalogue.search.facets import COLLECTION, FACETS, Facet
from olive_portal.catalogue.search.holdings import Holdings
from olive_portal.catalogue.search.questions import Question, Sort
from olive_portal.catalogue.search.tree import Tree
from olive_portal.catalogue.search.words import Term, read

ITEMS_ON_A_PAGE = 24
# Below this many results a word that no title has looks like a slip.
FEW = 3
# Ranking costs about 2 microseconds a match. Past this many, those with the words in
# title or makers are ranked, and the others follow by title.
MOST_RANKED = 20_000
MOST_NAMED = 1_000

Counts = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Answer:
    question: Question
    total: int
    pks: tuple[int, ...]  # of one page, in order
    counts: Counts  # by facet and value; of a facet as if nothing in it were chosen
    collections: Mapping[str, str]  # titles by slug
    terms: tuple[Term, ...]  # that were looked for
    corrected: str = ""  # looked for instead, since the words as typed found nothing
    suggestion: str = ""  # for words that found little

    @property
    def positive_terms(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if not term.is_excluded)

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // ITEMS_ON_A_PAGE))


@dataclass(frozen=True)
class _Found:
    """What the words alone select, best first if that was wanted and can be known."""

    terms: tuple[Term, ...]
    matches: BitMap
    ranked: Sequence[int]


def find(question: Question, *, facets: Sequence[Facet] = FACETS) -> Answer:
    tree = Tree.read()
    terms = question.terms
    with holdings.current() as held:
        found = _found(terms, held)
        guess = slips.correct(terms, held) if len(found.matches) < FEW else ""
        corrected = ""
        if guess and not found.matches:
            second = _found(read(guess), held)
            if second.matches:
                found, corrected = second, guess
        chosen = _chosen(question, held, tree)
        results = _all_of(found.matches, chosen.values())
        page = min(question.page, max(1, -(-len(results) // ITEMS_ON_A_PAGE)))
        start = (page - 1) * ITEMS_ON_A_PAGE
        ordered = _ordered(question.sort, found, results, held)
        return Answer(
            question=question.on_page(page),
            total=len(results),
            pks=tuple(islice(ordered, start, start + ITEMS_ON_A_PAGE)),
            counts={
                facet.name: _counts(facet.name, found.matches, chosen, (held, tree))
                for facet in facets
            },
            collections=tree.titles,
            terms=found.terms,
            corrected=corrected,
            suggestion="" if corrected else guess,
        )


def newest(question: Question, limit: int) -> list[int]:
    """What a feed of the question shows: those that were added last, newest first."""
    tree = Tree.read()
    with holdings.current() as held:
        chosen = _chosen(question, held, tree)
        found = _found(question.terms, held)
        results = _all_of(found.matches, chosen.values())
        return list(islice(held.by_arrival.walk_back(results), limit))


def _found(terms: tuple[Term, ...], held: Holdings) -> _Found:
    wanted = [term for term in terms if not term.is_excluded]
    words = matching.words()
    matches = held.everything.copy()
    ranked: list[int] = []
    if wanted:
        # Another process may have changed the table since the holdings caught up.
        matches &= BitMap(words.matching(wanted))
        if len(matches) <= MOST_RANKED:
            ranked = words.best(wanted, MOST_RANKED)
        else:
            ranked = words.best_named(wanted, MOST_NAMED)
    for term in terms:
        if term.is_excluded:
            matches -= BitMap(words.matching([term]))
    return _Found(terms, matches, ranked)


def _chosen(question: Question, held: Holdings, tree: Tree) -> dict[str, BitMap]:
    """For each facet with a choice, the items that have any of the chosen values."""
    return {
        name: held.having_any(
            name, tree.keys_within(values) if name == COLLECTION else values
        )
        for name, values in question.chosen.items()
    }


def _counts(
    name: str, matches: BitMap, chosen: dict[str, BitMap], source: tuple[Holdings, Tree]
) -> dict[str, int]:
    held, tree = source
    others = [items for other, items in chosen.items() if other != name]
    counts = held.counts(name, _all_of(matches, others))
    return tree.rolled_up(counts) if name == COLLECTION else counts


def _all_of(matches: BitMap, sets: Iterable[BitMap]) -> BitMap:
    return BitMap.intersection(matches, *sets)


def _ordered(
    sort: Sort, found: _Found, results: BitMap, held: Holdings
) -> Iterator[int]:
    match sort:
        case Sort.TITLE:
            return held.by_title.walk(results)
        case Sort.OLDEST:
            return held.by_year.walk(results)
        case Sort.NEWEST:
            return _newest_software(results, held)
        case Sort.ADDED:
            return held.by_arrival.walk_back(results)
    return _by_relevance(found, results, held)


def _newest_software(results: BitMap, held: Holdings) -> Iterator[int]:
    undated = results - BitMap.union(BitMap(), *held.by_value["decade"].values())
    yield from held.by_year.walk_back(results - undated)
    yield from held.by_title.walk(undated)


def _by_relevance(found: _Found, results: BitMap, held: Holdings) -> Iterator[int]:
    yield from (pk for pk in found.ranked if pk in results)
    yield from held.by_title.walk(results - BitMap(found.ranked))
