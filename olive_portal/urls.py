from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

handler500 = "olive_portal.api.problems.server_error"
urlpatterns = [
    path("", include("olive_portal.accounts.urls")),
    path("admin/", admin.site.urls),
    path("", include("olive_portal.api.urls")),
    path("", include("olive_portal.launch.urls")),
    path("", include("olive_portal.news.urls")),
    path("", include("olive_portal.releases.urls")),
    path("", include("olive_portal.preservation.urls")),
    path("", include("olive_portal.catalogue.urls")),
    path("", include("olive_portal.oai.urls")),
]
