"""Items become entries. Only what the public may see has words in its entry."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Prefetch

from olive_portal.catalogue import dates
from olive_portal.catalogue.models import Item, Media, SearchEntry, SearchRevision
from olive_portal.catalogue.models.item import ItemQuerySet
from olive_portal.catalogue.search import facets
from olive_portal.catalogue.search.words import fold

BATCH = 500
# PostgreSQL indexes at most 1 MB of words an item.
MOST_LETTERS = 400_000
BLANK = {
    "is_public": False,
    "facets": {},
    "year": None,
    "added_at": None,
    "title": "",
    "names": "",
    "subjects": "",
    "identifiers": "",
    "description": "",
    "manuals": "",
    "folded": "",
}


@transaction.atomic
def update(*, items: ItemQuerySet) -> None:
    """Let the entries of `items` say what the public may find, as of now."""
    shown = list(items.public().order_by().values_list("pk", flat=True).distinct())
    hidden = SearchEntry.objects.filter(is_public=True).filter(
        item__in=items.order_by().values("pk")
    )
    hidden = hidden.exclude(item__in=Item.objects.public().values("pk"))
    if not shown and not hidden.exists():
        return
    revision = SearchRevision.advance()
    hidden.update(revision=revision, **BLANK)
    for start in range(0, len(shown), BATCH):
        _write(shown[start : start + BATCH], revision)


def missing() -> ItemQuerySet:
    """Public items that search does not know, and the other way round."""
    known = SearchEntry.objects.filter(is_public=True).values("item")
    public = Item.objects.public().values("pk")
    unknown = Item.objects.filter(pk__in=public).exclude(pk__in=known)
    gone = Item.objects.filter(pk__in=known).exclude(pk__in=public)
    return unknown | gone


def _write(pks: list[int], revision: int) -> None:
    documents = Media.objects.exclude(kind="screenshot").select_related("words")
    items = (
        Item.objects.filter(pk__in=pks)
        .select_related("collection")
        .prefetch_related(
            "contributions__agent",
            "identifiers",
            "subjects",
            "packages",
            Prefetch("media", documents, to_attr="read_media"),
        )
    )
    SearchEntry.objects.bulk_create(
        [_entry(item, revision) for item in items],
        update_conflicts=True,
        unique_fields=["item"],
        update_fields=["revision", *BLANK],
    )


def _entry(item: Item, revision: int) -> SearchEntry:
    head = {
        "title": _joined(item.title, item.alternative_title, item.version),
        "names": _joined(*(part.agent.name for part in item.contributions.all())),
        "subjects": _joined(
            *(subject.term for subject in item.subjects.all()),
            item.platform,
            item.collection.title,
        ),
    }
    body = {
        "identifiers": _joined(*(row.value for row in item.identifiers.all())),
        "description": _joined(
            item.abstract, item.significance, item.system_requirements
        ),
        "manuals": _manuals(item),
    }
    return SearchEntry(
        item=item,
        revision=revision,
        is_public=True,
        facets=facets.values_of(item),
        year=dates.first_year(item.issued),
        added_at=item.published_at,
        folded=_folded(*head.values(), body["description"]),
        **head,
        **body,
    )


def _joined(*texts: str) -> str:
    return "\n".join(filter(None, texts))


def _manuals(item: Item) -> str:
    # to_attr of the query above, which no field declares.
    read: list[Media] = getattr(item, "read_media", [])
    texts = [media.words.text for media in read if hasattr(media, "words")]
    labels = [media.caption for media in read]
    return _joined(*labels, *texts)[:MOST_LETTERS]


def _folded(*texts: str) -> str:
    words = {word for text in texts for word in text.casefold().split()}
    return " ".join(sorted(plain for word in words if (plain := fold(word)) != word))
