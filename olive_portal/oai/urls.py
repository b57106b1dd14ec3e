from __future__ import annotations

from django.urls import path

from olive_portal.oai import views

urlpatterns = [path("oai", views.provide, name="oai")]
