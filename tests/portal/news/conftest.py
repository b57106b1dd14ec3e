from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from olive_portal.accounts.models import User
from olive_portal.news.models import Post


@pytest.fixture(scope="session", autouse=True)
def static_folder():
    settings.STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns when it is not there


@pytest.fixture
def curator(db):
    return User.objects.create_user("curator", is_staff=True)


@pytest.fixture
def make_post(db):
    """A public post of yesterday."""

    def make_post(slug="opening", **fields):
        defaults = {
            "title": slug.replace("-", " ").title(),
            "summary": f"Of {slug}.",
            "is_draft": False,
            "published_at": timezone.now() - timedelta(days=1),
        }
        return Post.objects.create(slug=slug, **(defaults | fields))

    return make_post


@pytest.fixture
def tomorrow():
    return timezone.now() + timedelta(days=1)
