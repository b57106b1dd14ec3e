"""Titles that have most in common with one."""

from __future__ import annotations

from collections import Counter

from pyroaring import BitMap

from olive_portal.catalogue.models import SearchEntry
from olive_portal.catalogue.search import holdings

# What two titles share says the more, the less usual it is to share it.
WEIGHTS = {
    "maker": 4,
    "subject": 3,
    "genre": 3,
    "platform": 2,
    "collection": 1,
    "decade": 1,
}
# A value that more titles have brings up no new ones; it only adds to their weight.
MOST_SHARING = 2_000
MOST = 4


def related(pk: int) -> list[int]:
    """The public titles nearest to `pk`, nearest first; none for what is not public."""
    entry = SearchEntry.objects.filter(pk=pk, is_public=True).first()
    if entry is None:
        return []
    weights: Counter[int] = Counter()
    with holdings.current() as held:
        sets = [
            (WEIGHTS[name], held.by_value[name].get(value, BitMap()))
            for name, values in entry.facets.items()
            if name in WEIGHTS
            for value in values
        ]
        near = BitMap.union(
            BitMap(), *(having for _, having in sets if len(having) <= MOST_SHARING)
        )
        near.discard(pk)
        for weight, having in sets:
            for other in near & having:
                weights[other] += weight
    best = sorted(weights, key=lambda other: (-weights[other], other))
    return best[:MOST]
