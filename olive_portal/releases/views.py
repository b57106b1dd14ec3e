from __future__ import annotations

from django.conf import settings
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    JsonResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, conditional_page, require_safe

from olive_portal.releases.models import Release, ReleaseFile

AN_HOUR = "public, max-age=3600"


@require_safe
@conditional_page
@cache_control(private=True, no_cache=True)
def releases(request: HttpRequest) -> HttpResponse:
    rows = Release.objects.visible_to(request.user).prefetch_related("files")
    context = {"releases": rows, "newest": Release.objects.newest()}
    return render(request, "releases/releases.html", context)


@require_safe
@conditional_page
def latest(request: HttpRequest) -> HttpResponse:
    """What clients of 2013 and later ask once a week (vmnetx spec 6)."""
    newest = Release.objects.newest()
    if newest is None:
        # They take this for no news, in silence.
        raise Http404("There is no release yet.")
    answer = JsonResponse(
        {
            "version": newest.version,
            "release-date": newest.released_on.isoformat(),
            "update-url": f"{settings.BASE_URL}{reverse('releases')}",
        }
    )
    answer["Cache-Control"] = AN_HOUR
    return answer


def _found(request: HttpRequest, version: str, name: str) -> ReleaseFile:
    visible = Release.objects.visible_to(request.user)
    files = ReleaseFile.objects.filter(release__in=visible)
    return get_object_or_404(files, release__version=version, name=name)


def _etag(request: HttpRequest, version: str, name: str) -> str:
    return _found(request, version, name).etag


@require_safe
@condition(etag_func=_etag)
def release_file(request: HttpRequest, version: str, name: str) -> HttpResponseBase:
    found = _found(request, version, name)
    try:
        content = found.file.open()
    except FileNotFoundError as error:
        raise Http404 from error
    return FileResponse(
        content,
        as_attachment=True,
        filename=found.name,
        content_type="application/octet-stream",
        headers={"Cache-Control": "no-cache"},
    )
