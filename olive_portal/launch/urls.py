from __future__ import annotations

from django.urls import path

from olive_portal.launch import views
from olive_portal.launch.models import Client

urlpatterns = [
    path("items/<slug:slug>/launch", views.start_session, name="launch"),
    path(
        "items/<slug:slug>/launch/thin",
        views.start_session,
        {"place": "#in-the-desktop-client"},
        name="launch-thin",
    ),
    path(
        "items/<slug:slug>/launch/thick",
        views.start_session,
        {"client": Client.THICK, "place": "#on-your-computer"},
        name="launch-thick",
    ),
    path("sessions/<uuid:pk>", views.play, name="play"),
    path("sessions/<uuid:pk>/status", views.session_status, name="session-status"),
    path("sessions/<uuid:pk>/end", views.end_session, name="session-end"),
    path("sessions/<uuid:pk>/restart", views.restart_session, name="session-restart"),
    path("sessions/<uuid:pk>/screenshot", views.screenshot, name="session-screenshot"),
    path("launch/<str:token>/<slug:name>.nxpk", views.package, name="launch-package"),
]
