from __future__ import annotations

from django.apps import AppConfig


class OaiConfig(AppConfig):
    name = "olive_portal.oai"
