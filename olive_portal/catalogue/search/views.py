from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from olive_portal.catalogue.models import Item
from olive_portal.catalogue.search import finding, matching, panels
from olive_portal.catalogue.search.finding import Answer
from olive_portal.catalogue.search.matching import Excerpt
from olive_portal.catalogue.search.questions import SORT_TITLES, Question

NOTHING = Excerpt()


@dataclass(frozen=True)
class Hit:
    item: Item
    excerpt: Excerpt


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    answer = finding.find(Question.read(request.GET))
    question = answer.question
    path = reverse("search")
    context = {
        "answer": answer,
        "question": question,
        "hits": _hits(answer),
        "panels": panels.panels(answer),
        "chosen": panels.chosen(answer),
        "hidden_fields": panels.hidden_fields(question),
        "sorts": [
            (SORT_TITLES[sort], question.sorted_by(sort).query or "?", sort)
            for sort in question.sorts
        ],
        "before": question.on_page(question.page - 1).query or "?",
        "after": question.on_page(question.page + 1).query,
        "suggested": question.with_words(answer.suggestion).query,
        "without_choices": replace(question, chosen={}, page=1).query or "?",
        "canonical": f"{settings.BASE_URL}{path}{question.query}",
    }
    return render(request, "catalogue/search.html", context)


def _hits(answer: Answer) -> list[Hit]:
    items = in_order(answer.pks)
    excerpts = matching.excerpts(answer.positive_terms, answer.pks)
    return [Hit(item, excerpts.get(item.pk, NOTHING)) for item in items]


def in_order(pks: Sequence[int]) -> list[Item]:
    """Public items for cards; one that was withdrawn a moment ago is left out."""
    items = Item.objects.public().for_cards().in_bulk(pks)
    return [items[pk] for pk in pks if pk in items]
