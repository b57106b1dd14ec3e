from __future__ import annotations

from urllib.parse import unquote

import pytest

from olive_portal.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def static_root(settings):
    settings.STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns when it is not there


@pytest.fixture
def alice():
    return User.objects.create_user("alice", password="wonder", is_staff=True)


def sign_in(client, **fields):
    return client.post("/sign-in", {"username": "alice", "password": "wonder"} | fields)


def test_a_curator_signs_in_and_out(client, alice):
    assert sign_in(client).headers["Location"] == "/"
    assert "Sign out alice" in client.get("/").content.decode()
    assert client.post("/sign-out").headers["Location"] == "/"
    assert "Sign out" not in client.get("/").content.decode()


def test_a_wrong_password_is_told_without_saying_which_part(client, alice):
    page = sign_in(client, password="wrong").content.decode()
    assert "That name and password do not belong together." in page
    assert sign_in(client, username="nobody").status_code == 200


def test_the_admin_uses_the_same_door(client, alice):
    response = client.get("/admin/", follow=True)
    assert unquote(response.redirect_chain[-1][0]) == "/sign-in?next=/admin/"
    assert sign_in(client, next="/admin/").headers["Location"] == "/admin/"


def test_signing_in_leads_to_no_other_site(client, alice):
    response = sign_in(client, next="https://evil.example/")
    assert response.headers["Location"] == "/"
