from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, path

from olive_portal.launch import views
from olive_portal.launch.models import Client


def _ways(below: str, *, name: str) -> Iterator[URLPattern]:
    """Each way to run what is at `below`: docs/reference/launch-tokens.md."""
    start = views.start_session
    yield path(f"{below}launch", start, name=name)
    thin = {"place": "#in-the-desktop-client"}
    yield path(f"{below}launch/thin", start, thin, name=f"{name}-thin")
    thick = {"place": "#on-your-computer", "client": Client.THICK}
    yield path(f"{below}launch/thick", start, thick, name=f"{name}-thick")


urlpatterns = [
    *_ways("items/<slug:slug>/", name="launch"),
    *_ways("items/<slug:slug>/versions/<int:number>/", name="version-launch"),
    path("sessions/<uuid:pk>", views.play, name="play"),
    path("sessions/<uuid:pk>/status", views.session_status, name="session-status"),
    path("sessions/<uuid:pk>/end", views.end_session, name="session-end"),
    path("sessions/<uuid:pk>/restart", views.restart_session, name="session-restart"),
    path("sessions/<uuid:pk>/screenshot", views.screenshot, name="session-screenshot"),
    path("launch/<str:token>/<slug:name>.nxpk", views.package, name="launch-package"),
]
