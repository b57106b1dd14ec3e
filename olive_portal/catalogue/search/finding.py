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
# Ranking costs more than a microsecond a match. Past this many, those with the words in
# title or makers are ranked, and the others follow by title.
MOST_RANKED = 5_000
MOST_NAMED = 1_000
# Of a facet: no page and no program is told more of its values.
MOST_COUNTED = 50

Counts = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Answer:
    question: Question
    total: int
    pks: tuple[int, ...]  # of one page, in order
    # By facet and value; of a facet as if nothing in it were chosen. What few titles
    # have may be left out, but nothing that is chosen.
    counts: Counts
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
    """What the database knows of the words. It is asked before anybody waits for the
    holdings, which then say what of it is public."""

    terms: tuple[Term, ...]
    having: BitMap | None  # None where no word is wanted
    excluded: BitMap

    @property
    def count(self) -> int | None:
        return None if self.having is None else len(self.having - self.excluded)

    def among(self, everything: BitMap) -> BitMap:
        having = everything if self.having is None else everything & self.having
        return having - self.excluded


class _Narrowed:
    """Of what the words have found, that which has what is chosen of the facets."""

    def __init__(
        self, question: Question, found: _Found, tree: Tree, held: Holdings
    ) -> None:
        self._question, self._tree, self._held = question, tree, held
        self._matches = found.among(held.everything)
        # For each facet with a choice, the items that have any of the chosen values.
        self._chosen = {
            name: held.having_any(name, self._keys(name, values))
            for name, values in question.chosen.items()
        }

    def results(self, *, but: str = "") -> BitMap:
        """With all that is chosen, or all but what is chosen of one facet."""
        chosen = [having for name, having in self._chosen.items() if name != but]
        return BitMap.intersection(self._matches, *chosen)

    def counts(self, name: str) -> dict[str, int]:
        wanted = self.results(but=name)
        if name == COLLECTION:
            return self._tree.rolled_up(self._held.counts(name, wanted))
        counts = self._held.most(name, wanted, MOST_COUNTED)
        for value in self._question.chosen.get(name, ()):
            if count := len(self._held.having_any(name, [value]) & wanted):
                counts[value] = count
        return counts

    def _keys(self, name: str, values: tuple[str, ...]) -> Iterable[str]:
        return self._tree.keys_within(values) if name == COLLECTION else values


def find(question: Question, *, facets: Sequence[Facet] = FACETS) -> Answer:
    found, corrected, suggestion = _forgiving(question.terms)
    ranked = _ranked(found) if question.sort == Sort.RELEVANCE else []
    tree = Tree.read()
    with holdings.current() as held:
        narrowed = _Narrowed(question, found, tree, held)
        results = narrowed.results()
        page = min(question.page, max(1, -(-len(results) // ITEMS_ON_A_PAGE)))
        start = (page - 1) * ITEMS_ON_A_PAGE
        ordered = _ordered(question.sort, ranked, results, held)
        return Answer(
            question=question.on_page(page),
            total=len(results),
            pks=tuple(islice(ordered, start, start + ITEMS_ON_A_PAGE)),
            counts={facet.name: narrowed.counts(facet.name) for facet in facets},
            collections=tree.titles,
            terms=found.terms,
            corrected=corrected,
            suggestion=suggestion,
        )


def newest(question: Question, limit: int) -> list[int]:
    """What a feed of the question shows: those that were added last, newest first."""
    found, tree = _found(question.terms), Tree.read()
    with holdings.current() as held:
        results = _Narrowed(question, found, tree, held).results()
        return list(islice(held.by_arrival.walk_back(results), limit))


def _forgiving(terms: tuple[Term, ...]) -> tuple[_Found, str, str]:
    """What was found; the words by which it was, if not by these; and words that may
    have been meant where these found little."""
    found = _found(terms)
    count = found.count
    if count is None or count >= FEW:
        return found, "", ""
    with holdings.current() as held:
        guess = slips.correct(terms, held)
    if guess and not count:
        second = _found(read(guess))
        if second.count:
            return second, guess, ""
    return found, "", guess


def _found(terms: tuple[Term, ...]) -> _Found:
    words = matching.words()
    wanted = _wanted(terms)
    having = BitMap(words.matching(wanted)) if wanted else None
    excluded = [words.matching([term]) for term in terms if term.is_excluded]
    return _Found(terms, having, BitMap.union(BitMap(), *map(BitMap, excluded)))


def _ranked(found: _Found) -> list[int]:
    if found.having is None:
        return []
    words, wanted = matching.words(), _wanted(found.terms)
    if len(found.having) <= MOST_RANKED:
        return words.best(wanted, MOST_RANKED)
    return words.best_named(wanted, MOST_NAMED)


def _wanted(terms: Iterable[Term]) -> list[Term]:
    return [term for term in terms if not term.is_excluded]


def _ordered(
    sort: Sort, ranked: Sequence[int], results: BitMap, held: Holdings
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
    return _by_relevance(ranked, results, held)


def _newest_software(results: BitMap, held: Holdings) -> Iterator[int]:
    undated = results - BitMap.union(BitMap(), *held.by_value["decade"].values())
    yield from held.by_year.walk_back(results - undated)
    yield from held.by_title.walk(undated)


def _by_relevance(
    ranked: Sequence[int], results: BitMap, held: Holdings
) -> Iterator[int]:
    yield from filter(results.__contains__, ranked)
    yield from held.by_title.walk(results - BitMap(ranked))
