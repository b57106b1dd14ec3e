from __future__ import annotations

import secrets

from django.core.management.base import BaseCommand

from olive_portal import env
from olive_portal.accounts import services


class Command(BaseCommand):
    help = (
        "Makes the user “admin” if the portal has no administrator yet. Its password "
        "is OLIVE_ADMIN_PASSWORD, or a generated one that is printed this one time."
    )

    def handle(self, **_options: object) -> None:
        given = env.secret("OLIVE_ADMIN_PASSWORD")
        password = given or secrets.token_urlsafe(12)
        if services.ensure_administrator(password=password) and not given:
            self.stdout.write(
                "An administrator was made. This is shown once:\n"
                f"  user      {services.ADMINISTRATOR}\n"
                f"  password  {password}"
            )
