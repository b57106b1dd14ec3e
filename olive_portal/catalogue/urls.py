from __future__ import annotations

from django.contrib.sitemaps import views as sitemaps
from django.urls import path
from django.views.decorators.http import conditional_page, require_safe

from olive_portal.catalogue import crawling, resolving, views
from olive_portal.catalogue.search import views as search
from olive_portal.catalogue.search.feeds import AtomOfTitles

urlpatterns = [
    path("", views.home, name="home"),
    path("about", views.about, name="about"),
    path("collections", views.collections, name="collections"),
    path("collections/<slug:slug>", views.collection, name="collection"),
    path("search", search.search, name="search"),
    path(
        "search/feed",
        require_safe(conditional_page(AtomOfTitles())),
        name="search-feed",
    ),
    path("search/suggestions", search.suggestions, name="search-suggestions"),
    path("opensearch.xml", search.opensearch, name="opensearch"),
    path("browse", search.browse, name="browse"),
    path("browse/<slug:way>", search.browse_by, name="browse-by"),
    path("timeline", search.timeline, name="timeline"),
    path("items/<slug:slug>", views.item, name="item"),
    path("items/<slug:slug>/documents/<int:pk>", views.document, name="document"),
    path("items/<slug:slug>/embed", views.embed, name="embed"),
    path("oembed", views.oembed, name="oembed"),
    path("media/<path:name>", views.media, name="media"),
    path("items/<slug:slug>/versions/<int:number>", views.version, name="version"),
    # Colons and slashes are part of an ARK; the older form has one slash more.
    path("ark:<path:name>", resolving.ark, name="ark"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path(
        "sitemap-<slug:section>.xml",
        sitemaps.sitemap,
        {"sitemaps": crawling.SITEMAPS},
        name="sitemap-section",
    ),
]
