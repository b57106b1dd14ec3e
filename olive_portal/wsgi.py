from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.wsgi import get_wsgi_application

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "olive_portal.settings")
portal = get_wsgi_application()


def application(
    environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """The portal, asked with the path of its address or without it.

    Some proxies take that path away and some do not, and the VM hosts on loopback have
    no proxy at all.
    """
    prefix = settings.FORCE_SCRIPT_NAME
    path = environ["PATH_INFO"]
    if prefix and (path == prefix or path.startswith(f"{prefix}/")):
        environ["PATH_INFO"] = path.removeprefix(prefix) or "/"
    return portal(environ, start_response)
