from __future__ import annotations

import hmac
from types import SimpleNamespace

import pytest

from vmnetx.server.gateway_instance import find

INSTANCES = {"ID": SimpleNamespace(token="ID/code")}


def test_the_whole_token_opens_its_instance():
    assert find(INSTANCES.get, "ID/code") is INSTANCES["ID"]


@pytest.mark.parametrize(
    "token", ["", "/", "ID", "ID/", "ID/cod", "ID/code/", "id/code", "NO/code", "ID/ü"]
)
def test_anything_else_opens_nothing(token):
    assert find(INSTANCES.get, token) is None


@pytest.mark.parametrize("token", ["ID/code", "ID/cod", "NO/code", "nothing"])
def test_a_token_is_compared_in_constant_time_whether_or_not_its_instance_exists(
    token, monkeypatch
):
    """The original compared as strings are, which tells how much was right (10.1.2)."""
    compared = []

    def compare(one, other):
        compared.append(one)
        return one == other

    monkeypatch.setattr(hmac, "compare_digest", compare)
    find(INSTANCES.get, token)
    assert compared == [token.encode()]
