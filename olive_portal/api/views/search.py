from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from olive_portal.api import asking
from olive_portal.api.addresses import absolute
from olive_portal.api.serializers import ItemRecord, SearchAnswer
from olive_portal.api.views.endpoint import Endpoint
from olive_portal.catalogue.models import Item
from olive_portal.catalogue.search import finding, matching
from olive_portal.catalogue.search.facets import COLLECTION
from olive_portal.catalogue.search.finding import MOST_COUNTED, Answer
from olive_portal.catalogue.search.questions import Question


class Search(Endpoint, APIView):
    asks = asking.SearchQuestion

    @extend_schema(parameters=[asking.SearchQuestion], responses=SearchAnswer)
    def get(self, request: Request) -> Response:
        """Published titles by words, narrowed by facets, as the search page finds them.

        Words in quotes follow each other, and a word after a minus is not there. Of one
        facet any of the values counts, of several facets all.
        """
        asking.read(request, asking.SearchQuestion)
        answer = finding.find(Question.read(request.query_params))
        return Response(
            {
                "total": answer.total,
                "corrected": answer.corrected,
                "suggestion": answer.suggestion,
                "facets": {name: _values(answer, name) for name in answer.counts},
                "next": _place(request, answer, 1),
                "previous": _place(request, answer, -1),
                "results": _hits(answer),
            }
        )


def _hits(answer: Answer) -> list[dict[str, Any]]:
    excerpts = matching.excerpts(answer.positive_terms, answer.pks)
    # One that was withdrawn a moment ago is left out.
    items = Item.objects.for_page().public_by_key(answer.pks)
    return [
        {
            "excerpt": str(excerpts[pk].text) if pk in excerpts else "",
            "item": ItemRecord(items[pk]).data,
        }
        for pk in answer.pks
        if pk in items
    ]


def _values(answer: Answer, name: str) -> list[dict[str, Any]]:
    counts = answer.counts[name]
    most = sorted(counts, key=lambda value: (-counts[value], value))[:MOST_COUNTED]
    labels = answer.collections if name == COLLECTION else {}
    return [
        {"value": value, "label": labels.get(value, value), "count": counts[value]}
        for value in most
    ]


def _place(request: Request, answer: Answer, step: int) -> str | None:
    page = answer.question.page + step
    if not 1 <= page <= answer.pages:
        return None
    query = answer.question.on_page(page).query or "?"
    return absolute(f"{request.path}{query}")
