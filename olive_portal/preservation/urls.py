from __future__ import annotations

from django.urls import path

from olive_portal.preservation import views

urlpatterns = [
    path("items/<slug:slug>/mets.xml", views.received_mets, name="received-mets"),
    path("items/<slug:slug>/record/<str:name>", views.item_record, name="item-record"),
    path(
        "items/<slug:slug>/versions/<int:number>/mets.xml",
        views.version_mets,
        name="version-mets",
    ),
]
