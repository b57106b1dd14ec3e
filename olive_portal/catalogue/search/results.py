"""Keys of an answer become what a page shows of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from olive_portal.catalogue.models import Item
from olive_portal.catalogue.search import matching
from olive_portal.catalogue.search.finding import Answer
from olive_portal.catalogue.search.matching import Excerpt

NOTHING = Excerpt()


@dataclass(frozen=True)
class Hit:
    item: Item
    excerpt: Excerpt


def hits(answer: Answer) -> list[Hit]:
    excerpts = matching.excerpts(answer.positive_terms, answer.pks)
    items = in_order(answer.pks)
    return [Hit(item, excerpts.get(item.pk, NOTHING)) for item in items]


def in_order(pks: Sequence[int]) -> list[Item]:
    """Public items for cards; one that was withdrawn a moment ago is left out."""
    items = Item.objects.for_cards().public_by_key(pks)
    return [items[pk] for pk in pks if pk in items]
