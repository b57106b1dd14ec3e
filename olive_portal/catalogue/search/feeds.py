from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from olive_portal.catalogue.models import Item
from olive_portal.catalogue.search import finding
from olive_portal.catalogue.search.questions import Question
from olive_portal.catalogue.search.results import in_order

if TYPE_CHECKING:
    # The generic parameters exist for the type checker only.
    QuestionFeed = Feed[Item, Question]
else:
    QuestionFeed = Feed

TITLES_IN_A_FEED = 50


class AtomOfTitles(QuestionFeed):
    """The titles that fit a question, those that were added last first."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest) -> Question:
        return Question.read(request.GET).on_page(1)

    def title(self, question: Question) -> str:
        values = [v for values in question.chosen.values() for v in values]
        asked = ", ".join(filter(None, [question.words, *values]))
        return f"Olive: {asked}" if asked else "Olive: lately added titles"

    def link(self, question: Question) -> str:
        return f"{settings.BASE_URL}{reverse('search')}{question.query}"

    def feed_url(self, question: Question) -> str:
        return f"{settings.BASE_URL}{reverse('search-feed')}{question.query}"

    def items(self, question: Question) -> list[Item]:
        return in_order(finding.newest(question, TITLES_IN_A_FEED))

    def item_title(self, item: Item) -> str:
        return item.title

    def item_description(self, item: Item) -> str:
        return item.abstract

    def item_author_name(self, item: Item) -> str:
        return "; ".join(item.makers)

    def item_link(self, item: Item) -> str:
        return f"{settings.BASE_URL}{item.get_absolute_url()}"

    def item_pubdate(self, item: Item) -> datetime | None:
        return item.published_at

    def item_updateddate(self, item: Item) -> datetime:
        return item.changed_at
