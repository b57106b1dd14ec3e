from __future__ import annotations

import pytest
from django.db import IntegrityError

from olive_portal.oai.models import Record


def test_an_identifier_has_a_format_once(expose):
    expose(1)
    with pytest.raises(IntegrityError):
        Record.objects.create(
            source="item/2", prefix="oai_dc", identifier="oai:olive.invalid:99999/1"
        )


def test_live_records_are_those_without_a_tombstone(expose):
    expose(1)
    expose(1, formats=())
    expose(2)
    assert [record.source for record in Record.objects.live()] == ["item/2"]
