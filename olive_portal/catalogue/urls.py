from __future__ import annotations

from django.urls import path

from olive_portal.catalogue import views
from olive_portal.catalogue.search import views as search

urlpatterns = [
    path("", views.home, name="home"),
    path("about", views.about, name="about"),
    path("collections", views.collections, name="collections"),
    path("collections/<slug:slug>", views.collection, name="collection"),
    path("search", search.search, name="search"),
    path("items/<slug:slug>", views.item, name="item"),
    path("media/<path:name>", views.media, name="media"),
    path("robots.txt", views.robots, name="robots"),
]
