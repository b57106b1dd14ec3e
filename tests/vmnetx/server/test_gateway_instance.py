from __future__ import annotations

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
