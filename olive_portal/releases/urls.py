from __future__ import annotations

from django.urls import path

from olive_portal.releases import views

urlpatterns = [
    path("releases", views.releases, name="releases"),
    path("releases/<str:version>/<str:name>", views.release_file, name="release-file"),
    # Where the clients of the time ask, unless they were built to ask elsewhere.
    path("vmnetx/source/latest.json", views.latest, name="latest-release"),
]
