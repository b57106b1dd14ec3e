"""Answers of Django's test client that hold a file open."""

from __future__ import annotations

from django.core.signals import request_finished
from django.db import close_old_connections


def close(answer):
    """What a web server does at the end. The test's connection stays: the whole test is
    one transaction of it, as the client itself minds for answers without a file."""
    request_finished.disconnect(close_old_connections)
    try:
        answer.close()
    finally:
        request_finished.connect(close_old_connections)
