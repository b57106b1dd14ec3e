from __future__ import annotations

from django.http import HttpResponse
from django.urls import path

from olive_portal.urls import urlpatterns as portal


def empty(_request):
    return HttpResponse(b"")


urlpatterns = [path("empty", empty), *portal]
