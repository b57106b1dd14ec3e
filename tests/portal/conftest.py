from __future__ import annotations

import pytest

from tests.portal import postgresql


@pytest.fixture
def database():
    """The address of an empty PostgreSQL database of our own."""
    with postgresql.serving() as address:
        yield address
