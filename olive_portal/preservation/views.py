from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import condition, require_safe

from olive_portal.preservation.models import ReceivedMets


def _etag(_request: HttpRequest, slug: str) -> str | None:
    newest = ReceivedMets.objects.newest_of(slug).defer("content")
    return next((found.etag for found in newest), None)


@require_safe
@condition(etag_func=_etag)
def received_mets(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(ReceivedMets.objects.newest_of(slug))
    response = HttpResponse(bytes(found.content), content_type="application/xml")
    # A stranger's XML must not run in our name: it is for saving, not for showing.
    response["Content-Disposition"] = f'attachment; filename="{slug}-mets.xml"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-cache"
    return response
