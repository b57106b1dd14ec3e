from __future__ import annotations

from olive_portal.catalogue.models import State


def test_the_states_are_the_words_that_rows_carry():
    assert State.values == ["draft", "published", "withdrawn"]
