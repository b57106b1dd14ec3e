from __future__ import annotations

from django.urls import include, path, register_converter
from django.urls.converters import StringConverter
from django.views.decorators.http import conditional_page as if_changed

from olive_portal.api.views import front, records, search, sessions


class Anything(StringConverter):
    """Whatever is left, also what no address should hold, such as a line's end."""

    regex = r"[\s\S]+"


register_converter(Anything, "anything")

version_1 = [
    path("", if_changed(front.Root.as_view()), name="api-root"),
    path("docs", front.docs, name="api-docs"),
    path("openapi.json", if_changed(front.OpenApi.as_view()), name="api-openapi"),
    path(
        "collections", if_changed(records.Collections.as_view()), name="api-collections"
    ),
    path(
        "collections/<slug:slug>",
        if_changed(records.OneCollection.as_view()),
        name="api-collection",
    ),
    path("items", if_changed(records.Items.as_view()), name="api-items"),
    path("items/<slug:slug>", if_changed(records.OneItem.as_view()), name="api-item"),
    path("packages", if_changed(records.Packages.as_view()), name="api-packages"),
    path(
        "packages/<int:pk>",
        if_changed(records.OnePackage.as_view()),
        name="api-package",
    ),
    path("agents", if_changed(records.Agents.as_view()), name="api-agents"),
    path("agents/<int:pk>", if_changed(records.OneAgent.as_view()), name="api-agent"),
    path("search", if_changed(search.Search.as_view()), name="api-search"),
    path("sessions", sessions.Sessions.as_view(), name="api-sessions"),
    path("sessions/<uuid:pk>", sessions.OneSession.as_view(), name="api-session"),
    path(
        "sessions/<uuid:pk>/screenshot",
        sessions.Screenshot.as_view(),
        name="api-session-screenshot",
    ),
    path("<anything:rest>", front.Nowhere.as_view(), name="api-nowhere"),
]
urlpatterns = [path("api/v1/", include(version_1))]
