from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class CatalogueConfig(AppConfig):
    name = "olive_portal.catalogue"

    def ready(self) -> None:
        # Models are there only now.
        from olive_portal.catalogue import noting  # noqa: PLC0415

        pre_migrate.connect(noting.remove, sender=self)
        post_migrate.connect(noting.install, sender=self)
