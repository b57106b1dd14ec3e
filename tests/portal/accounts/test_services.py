from __future__ import annotations

import pytest

from olive_portal.accounts.models import User
from olive_portal.accounts.services import ensure_administrator

pytestmark = pytest.mark.django_db


def test_the_administrator_is_made_once():
    assert ensure_administrator(password="first")
    assert not ensure_administrator(password="second")
    admin = User.objects.get()
    assert (admin.username, admin.is_staff, admin.is_superuser) == ("admin", True, True)
    assert admin.check_password("first")


def test_an_administrator_by_another_name_is_enough():
    User.objects.create_superuser("grace", password="cobol")
    assert not ensure_administrator(password="first")
    assert User.objects.get().username == "grace"


def test_somebody_else_called_admin_is_not_promoted():
    User.objects.create_user("admin", password="own")
    assert not ensure_administrator(password="first")
    admin = User.objects.get()
    assert not admin.is_superuser
    assert admin.check_password("own")
