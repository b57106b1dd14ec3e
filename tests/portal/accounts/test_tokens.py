from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from olive_portal.accounts import tokens
from olive_portal.accounts.models import ApiToken, User


@pytest.fixture
def alice(db):
    return User.objects.create_user("alice")


@pytest.fixture
def made(alice):
    return tokens.make(user=alice, name="import")


def test_a_token_is_recognised_as_its_users(made, alice):
    row, secret = made
    assert tokens.recognise(secret) == row
    assert tokens.recognise(secret).user == alice


def test_the_token_itself_is_kept_nowhere(made):
    row, secret = made
    kept = ApiToken.objects.filter(pk=row.pk).values().get()
    assert secret.startswith(kept["start"])
    assert len(kept["start"]) < len(secret) / 3
    assert not [v for v in kept.values() if isinstance(v, str) and secret in v]


@pytest.mark.parametrize("secret", ["", "olive_", "olive_wrong", "\udcff", "x" * 9999])
def test_anything_else_is_not_recognised(made, secret):
    assert tokens.recognise(secret) is None


def test_a_revoked_token_opens_nothing(made):
    row, secret = made
    tokens.revoke(token=row)
    assert tokens.recognise(secret) is None
    row.refresh_from_db()
    before = row.revoked_at
    tokens.revoke(token=row)
    row.refresh_from_db()
    assert row.revoked_at == before


def test_the_tokens_of_somebody_who_left_open_nothing(made, alice):
    alice.is_active = False
    alice.save()
    assert tokens.recognise(made[1]) is None


def test_its_use_is_noted_once_a_minute(made, django_assert_num_queries):
    row, secret = made
    tokens.recognise(secret)
    row.refresh_from_db()
    assert row.last_used_at is not None
    with django_assert_num_queries(1):
        tokens.recognise(secret)
    long_ago = timezone.now() - timedelta(hours=1)
    ApiToken.objects.update(last_used_at=long_ago)
    tokens.recognise(secret)
    row.refresh_from_db()
    assert row.last_used_at > long_ago
