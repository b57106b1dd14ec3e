"""Every address of the catalogue and the accounts, and who gets what there."""

from __future__ import annotations

import pytest
from django.urls import reverse

from olive_portal.accounts import urls as accounts
from olive_portal.catalogue import urls as catalogue

# What anybody, a visitor with an account and a curator get.
ALIKE = (200, 200, 200)
TABLE = {
    ("home",): ALIKE,
    ("about",): ALIKE,
    ("collections",): ALIKE,
    ("collection", "games"): ALIKE,
    ("collection", "nowhere"): (404, 404, 404),
    ("item", "published"): ALIKE,
    ("item", "draft"): (404, 404, 200),
    ("item", "withdrawn"): (410, 410, 410),
    ("media", "published"): ALIKE,
    ("media", "draft"): (404, 404, 200),
    ("media", "withdrawn"): (404, 404, 200),
    ("robots",): ALIKE,
    ("sign-in",): ALIKE,
    ("sign-out",): (405, 405, 405),
    ("admin-sign-in",): (302, 302, 302),
}


def test_the_table_has_every_address():
    patterns = [*catalogue.urlpatterns, *accounts.urlpatterns]
    assert {pattern.name for pattern in patterns} == {case[0] for case in TABLE}


@pytest.mark.parametrize("case", TABLE, ids=" ".join)
def test_everybody_gets_what_the_table_says(
    client, curator, visitor, make_item, make_screenshot, case
):
    shots = {}
    for state in ("draft", "published", "withdrawn"):
        shots[state] = make_screenshot(make_item(state, state=state)).file.name
    name, *args = case
    url = reverse(name, args=[shots[args[0]]] if name == "media" else args)
    statuses = []
    for user in (None, visitor, curator):
        if user:
            client.force_login(user)
        response = client.get(url)
        response.close()
        statuses.append(response.status_code)
    assert tuple(statuses) == TABLE[case]
