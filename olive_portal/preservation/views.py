from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import (
    condition,
    conditional_page,
    require_safe,
)

from olive_portal.catalogue.models import Item, Package
from olive_portal.preservation import faces, provenance, version_records
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


@require_safe
@conditional_page
def item_record(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    form = faces.FORMATS.get(name)
    if form is None:
        raise Http404
    item = get_object_or_404(Item.objects.public().for_description(), slug=slug)
    record = provenance.whole_record(item)
    response = HttpResponse(form.document(record), content_type=form.media_type)
    response["Content-Disposition"] = f'inline; filename="{slug}-{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
@conditional_page
def version_mets(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    package = get_object_or_404(
        Package.objects.public(), item__slug=slug, number=number
    )
    record = version_records.keep(package)
    response = HttpResponse(bytes(record.content), content_type=faces.METS.media_type)
    name = f"{slug}-{number}-mets.xml"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["ETag"] = record.etag
    # Not for ever in a cache: an item may be withdrawn, and its record with it.
    response["Cache-Control"] = "no-cache"
    return response
