from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client

from olive_portal.accounts import tokens
from olive_portal.accounts.models import ApiToken, User

PAGE = "/account/api-tokens"


@pytest.fixture(scope="module", autouse=True)
def static_folder():
    settings.STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns when it is not there


@pytest.fixture
def alice(db):
    return User.objects.create_user("alice")


@pytest.fixture
def browser(alice):
    browser = Client()
    browser.force_login(alice)
    return browser


def test_whoever_is_not_signed_in_is_asked_to(client, db):
    assert client.get(PAGE).url == f"/sign-in?next={PAGE}"
    assert client.post(PAGE, {"name": "import"}).url == f"/sign-in?next={PAGE}"


def test_a_token_is_shown_once_and_works(browser, alice):
    page = browser.post(PAGE, {"name": "import <1>"})
    secret = re.search(r"<code data-token>(\S+)</code>", page.content.decode())[1]
    assert tokens.recognise(secret).user == alice
    assert "no-store" in page.headers["Cache-Control"]
    again = browser.get(PAGE).content.decode()
    assert secret not in again
    assert "import &lt;1&gt;" in again


@pytest.mark.parametrize("name", ["", "x" * 101])
def test_a_token_has_a_name_that_fits(browser, name):
    assert b"form-errors" in browser.post(PAGE, {"name": name}).content
    assert not ApiToken.objects.exists()


def test_a_token_can_be_revoked(browser, alice):
    token, secret = tokens.make(user=alice, name="import")
    assert browser.post(f"{PAGE}/{token.pk}/revoke").url == PAGE
    assert tokens.recognise(secret) is None
    assert b", revoked" in browser.get(PAGE).content


def test_nobody_elses_token_is_seen_or_revoked(browser):
    bob = User.objects.create_user("bob")
    token, secret = tokens.make(user=bob, name="bobs own")
    assert b"bobs own" not in browser.get(PAGE).content
    assert browser.post(f"{PAGE}/{token.pk}/revoke").status_code == 404
    assert tokens.recognise(secret) is not None


def test_an_administrator_revokes_anybodys(client, alice):
    client.force_login(User.objects.create_superuser("admin"))
    token, secret = tokens.make(user=alice, name="import")
    rows = "/admin/accounts/apitoken/"
    assert token.start.encode() in client.get(rows).content
    client.post(rows, {"action": "revoke_tokens", "_selected_action": [token.pk]})
    assert tokens.recognise(secret) is None
