from __future__ import annotations

from dataclasses import replace

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from olive_portal.catalogue.copies import shared
from olive_portal.catalogue.search import browsing, finding, panels, results
from olive_portal.catalogue.search.questions import SORT_TITLES, Question
from olive_portal.catalogue.search.suggesting import suggest
from olive_portal.catalogue.search.words import tidy

FREQUENT = 24


@require_safe
@shared
def search(request: HttpRequest) -> HttpResponse:
    answer = finding.find(Question.read(request.GET))
    question = answer.question
    first = question.on_page(1)
    context = {
        "answer": answer,
        "question": question,
        "hits": results.hits(answer),
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
        "without_choices": replace(first, chosen={}).query or "?",
        "canonical": f"{settings.BASE_URL}{reverse('search')}{question.query}",
        "feed": f"{reverse('search-feed')}{first.query}",
    }
    return render(request, "catalogue/search.html", context)


@require_safe
def suggestions(request: HttpRequest) -> JsonResponse:
    """In the form of OpenSearch Suggestions, which browsers know too."""
    typed = tidy(request.GET.get("q", ""))
    found = suggest(typed)
    body = [
        typed,
        [suggestion.text for suggestion in found],
        [suggestion.kind for suggestion in found],
        [suggestion.url for suggestion in found],
    ]
    response = JsonResponse(
        body, safe=False, content_type="application/x-suggestions+json"
    )
    # The same for everybody, and asked again with every letter that is taken back.
    response.headers["Cache-Control"] = "public, max-age=10"
    return response


@require_safe
def opensearch(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "catalogue/opensearch.xml",
        {"base_url": settings.BASE_URL},
        content_type="application/opensearchdescription+xml",
    )


@require_safe
@shared
def browse(request: HttpRequest) -> HttpResponse:
    ways = [
        {"slug": slug, "title": title, "values": browsing.frequent(name, FREQUENT)}
        for slug, (name, title) in browsing.WAYS.items()
    ]
    context = {
        "decades": browsing.timeline(),
        "ways": [way for way in ways if way["values"]],
    }
    return render(request, "catalogue/browse.html", context)


@require_safe
@shared
def browse_by(request: HttpRequest, way: str) -> HttpResponse:
    if way not in browsing.WAYS:
        raise Http404
    name, title = browsing.WAYS[way]
    shelf = browsing.shelf(name, request.GET.get("letter", ""))
    page = Paginator(shelf.values, browsing.MOST_VALUES).get_page(
        request.GET.get("page")
    )
    context = {
        "title": title,
        "shelf": shelf,
        "page": page,
        "groups": browsing.by_letter(page.object_list),
    }
    return render(request, "catalogue/browse_by.html", context)


@require_safe
@shared
def timeline(request: HttpRequest) -> HttpResponse:
    decades = browsing.timeline()
    pks = [pk for decade in decades for pk in decade.pks]
    items = {item.pk: item for item in results.in_order(pks)}
    shown = [
        {
            "decade": decade.decade,
            "count": decade.count,
            "years": decade.years,
            "exhibits": [items[pk] for pk in decade.pks if pk in items],
        }
        for decade in decades
    ]
    return render(request, "catalogue/timeline.html", {"decades": shown})
