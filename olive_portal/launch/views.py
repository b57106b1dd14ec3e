from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from olive_portal.catalogue.models import Item
from olive_portal.launch import delivery, origins, services, tokens, visitors
from olive_portal.launch.errors import BadToken, NoAnswer, NotRunning, TooManyLaunches
from olive_portal.launch.models import Client, Session
from olive_portal.releases import gate


@csrf_exempt  # origins.is_own() stands in for the token, and says why
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def start_session(
    request: HttpRequest,
    slug: str,
    number: int | None = None,
    client: Client = Client.THIN,
    place: str = "",
) -> HttpResponse:
    """`place` is what a title's page and the session's have of this way to run."""
    page = _page(slug, number)
    # A link or a crawler comes by GET: it sees the title, and nothing starts.
    if request.method != "POST":
        return redirect(page + place)
    if not origins.is_own(request):
        return render(request, "403_csrf.html", status=403)
    item = get_object_or_404(Item.objects.public(), slug=slug)
    package = item.current_package() if number is None else item.public_package(number)
    if package is None:
        return redirect(page)
    try:
        session = services.request_session(
            package=package, visitor=visitors.welcome(request), client=client
        )
    except TooManyLaunches as error:
        mine = Session.objects.taking_places(visitors.known(request))
        context = {
            "item": item,
            "reason": str(error),
            "sessions": mine.select_related("package__item"),
        }
        response = render(request, "launch/too_many.html", context, status=429)
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    return redirect(session.get_absolute_url() + place)


def _page(slug: str, number: int | None) -> str:
    if number is None:
        return reverse("item", args=[slug])
    return reverse("version", args=[slug, number])


@require_safe
@never_cache
def play(request: HttpRequest, pk: UUID) -> HttpResponse:
    session = _own_session(request, pk)
    services.note_watching(session=session)
    context = {
        "session": session,
        "item": session.package.item,
        "desktop_url": tokens.desktop_url(session),
        "ends_at": session.created_at
        + timedelta(hours=settings.OLIVE_LAUNCH_TOKEN_HOURS),
    }
    page = "launch/thick.html" if session.is_thick else "launch/play.html"
    return render(request, page, context)


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
            "desktop_url": tokens.desktop_url(session),
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
        session = tokens.read(token)
        if name != tokens.name(session.package):
            raise BadToken("This link is for another package.")
    except BadToken as error:
        return _sentence(str(error), status=403)
    agent = request.headers.get("User-Agent", "")
    # The thin-client server is the operator's own, whichever version it is of.
    if session.is_thick and (refusal := gate.refusal(agent)):
        return _too_old(refusal)
    return delivery.respond(request, session.package, name=name)


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
