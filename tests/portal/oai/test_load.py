from __future__ import annotations

import pytest

from olive_portal.oai import load


def test_there_are_as_many_places_as_the_setting_says(settings):
    settings.OLIVE_OAI_MAX_REQUESTS = 2
    with load.place() as first, load.place() as second, load.place() as third:
        assert (first, second, third) == (True, True, False)
    with load.place() as again:
        assert again


def test_a_failure_gives_its_place_back(settings):
    settings.OLIVE_OAI_MAX_REQUESTS = 1
    with pytest.raises(ZeroDivisionError), load.place():
        1 / 0  # noqa: B018
    with load.place() as again:
        assert again
