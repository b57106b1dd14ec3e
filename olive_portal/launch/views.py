from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from olive_portal.catalogue.models import Item, Package
from olive_portal.launch import delivery, origins, services, tokens, visitors
from olive_portal.launch.errors import BadToken, NoAnswer, NotRunning, TooManyLaunches
from olive_portal.launch.models import Session
from olive_portal.releases import gate


@csrf_exempt  # origins.is_own() stands in for the token, and says why
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def start_session(request: HttpRequest, slug: str) -> HttpResponse:
    # A link or a crawler comes by GET: it sees the item, and nothing starts.
    if request.method != "POST":
        return redirect("item", slug)
    if not origins.is_own(request):
        return render(request, "403_csrf.html", status=403)
    item = get_object_or_404(Item.objects.public(), slug=slug)
    package = _wanted(item, request.POST.get("version", ""))
    if package is None:
        return redirect(item)
    try:
        session = services.request_session(
            package=package, visitor=visitors.welcome(request)
        )
    except TooManyLaunches as error:
        mine = Session.objects.open().filter(visitor=visitors.known(request))
        context = {
            "item": item,
            "reason": str(error),
            "sessions": mine.select_related("package__item"),
        }
        response = render(request, "launch/too_many.html", context, status=429)
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    return redirect(session)


def _wanted(item: Item, version: str) -> Package | None:
    """The published version with this number; without a number the newest one."""
    if not version:
        return item.current_package()
    numbers = {str(package.number): package for package in item.public_packages}
    return numbers.get(version)


@require_safe
@never_cache
def play(request: HttpRequest, pk: UUID) -> HttpResponse:
    session = _own_session(request, pk)
    services.note_watching(session=session)
    context = {
        "session": session,
        "item": session.package.item,
        "desktop_url": tokens.desktop_url(session) if session.is_open else "",
        "viewer_origins": settings.VIEWER_ORIGINS,
    }
    return render(request, "launch/play.html", context)


@require_GET
@never_cache
def session_status(request: HttpRequest, pk: UUID) -> JsonResponse:
    session = _own_session(request, pk)
    services.note_watching(session=session)
    since = session.running_at or session.created_at
    viewer = {"url": session.viewer_url, "token": session.viewer_token}
    return JsonResponse(
        {
            "state": session.state,
            "reason": session.reason,
            "seconds": (timezone.now() - since).total_seconds(),
            "memory": session.memory,
            "progress": session.progress,
            "viewer": viewer if session.viewer_token else None,
        }
    )


@require_POST
def end_session(request: HttpRequest, pk: UUID) -> HttpResponse:
    session = _own_session(request, pk)
    services.end_session(session=session)
    return redirect(session)


@require_POST
def restart_session(request: HttpRequest, pk: UUID) -> HttpResponse:
    session = _own_session(request, pk)
    try:
        services.restart_session(session=session)
    except NotRunning as error:
        return _sentence(str(error), status=409)
    return redirect(session)


@require_GET
@never_cache
def screenshot(request: HttpRequest, pk: UUID) -> HttpResponse:
    session = _own_session(request, pk)
    try:
        png = services.take_screenshot(session=session)
    except NotRunning as error:
        return _sentence(str(error), status=409)
    except NoAnswer as error:
        return _sentence(str(error), status=503)
    now = timezone.now()
    name = f"{session.package.item.slug}-{now:%Y%m%d-%H%M%S}.png"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(png, content_type="image/png", headers=disposition)


@require_safe
def package(request: HttpRequest, token: str, name: str) -> HttpResponseBase:
    """For machines, many times a second: no cookies, one query."""
    try:
        grant = tokens.read(token)
        if name != tokens.name(grant.package):
            raise BadToken("This link is for another package.")
    except BadToken as error:
        return _sentence(str(error), status=403)
    if grant.reader == tokens.Reader.DESKTOP:
        if refusal := gate.refusal(request.headers.get("User-Agent", "")):
            return _too_old(refusal)
        # The visitor's own computer runs it: nobody need look at the page.
        services.note_watching(session=grant.session)
    return delivery.respond(request, grant.package, name=name)


def _own_session(request: HttpRequest, pk: UUID) -> Session:
    # Somebody else's session looks like one that never was.
    return get_object_or_404(
        Session.objects.select_related("package__item"),
        pk=pk,
        visitor=visitors.known(request),
    )


def _too_old(refusal: str) -> HttpResponse:
    answer = _sentence(refusal, status=403)
    # Of a failed HEAD the client of 2015 shows the status line, and nothing else.
    answer.reason_phrase = refusal
    return answer


def _sentence(text: str, *, status: int) -> HttpResponse:
    response = HttpResponse(f"{text}\n", content_type="text/plain", status=status)
    response.headers["Cache-Control"] = "no-store"
    return response
