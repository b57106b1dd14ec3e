from __future__ import annotations

from django.contrib.auth import get_user_model

from olive_portal.accounts.models import User


def test_the_portal_has_its_own_user():
    assert get_user_model() is User
