"""The portal's settings, with one more address: a view that does nothing."""

from __future__ import annotations

from olive_portal.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
