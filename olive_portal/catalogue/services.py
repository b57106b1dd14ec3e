from __future__ import annotations

from django.utils import timezone

from olive_portal.catalogue.models.item import ItemQuerySet


def record_change(*, items: ItemQuerySet) -> int:
    """Tell harvesters that the descriptions of `items` are others than before.

    Call it for a real change only, in the transaction that makes it. Returns how many
    items that were.
    """
    return items.update(changed_at=timezone.now())
