"""The tree of collections as search counts it: an item is in all that are around its
own. One query, and no picture is looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from olive_portal.catalogue.models import Collection


@dataclass(frozen=True)
class Tree:
    titles: Mapping[str, str]  # by slug
    slugs: Mapping[str, str]  # by key, as SearchEntry.facets has it
    parents: Mapping[str, str | None]  # key of the parent, by key

    @classmethod
    def read(cls) -> Self:
        rows = list(Collection.objects.values_list("pk", "slug", "title", "parent"))
        return cls(
            {slug: title for _, slug, title, _ in rows},
            {str(pk): slug for pk, slug, _, _ in rows},
            {str(pk): str(up) if up else None for pk, _, _, up in rows},
        )

    def keys_within(self, slugs: tuple[str, ...]) -> list[str]:
        """The collections of these slugs, and all that are inside of them."""
        return [key for key in self.slugs if not self._around(key).isdisjoint(slugs)]

    def rolled_up(self, counts: Mapping[str, int]) -> dict[str, int]:
        """Counts by key, as counts by slug that hold those inside too."""
        total: Counter[str] = Counter()
        for key, count in counts.items():
            for slug in self._around(key):
                total[slug] += count
        return dict(total)

    def _around(self, key: str) -> set[str]:
        """Slugs of the collection and of those around it, also in a cycle of rows."""
        seen: set[str] = set()
        step: str | None = key
        while step is not None and step in self.slugs and step not in seen:
            seen.add(step)
            step = self.parents[step]
        return {self.slugs[one] for one in seen}
