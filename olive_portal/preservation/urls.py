from __future__ import annotations

from django.urls import path

from olive_portal.preservation import views

urlpatterns = [
    path("items/<slug:slug>/mets.xml", views.received_mets, name="received-mets"),
]
