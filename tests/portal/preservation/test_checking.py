from __future__ import annotations

from pathlib import Path

import pytest

from olive_portal.preservation import checking
from olive_portal.preservation.errors import BadSubmission
from tests.portal.metadata.schemas import FOLDER, needs_schemas

METS = (Path(__file__).parents[2] / "data/mets/dspace.xml").read_bytes()
BAD = METS.replace(b"<agent ROLE=", b"<agent BOLE=")


def test_without_schemas_our_own_rules_count():
    assert checking.examine(BAD).is_valid
    assert not checking.examine(METS.replace(b'ID="amd_3"', b"")).is_valid


@needs_schemas
def test_the_operators_schemas_count_too(settings):
    settings.OLIVE_SCHEMAS = str(FOLDER)
    assert checking.examine(METS).is_valid
    assert not checking.examine(BAD).is_valid


def test_a_folder_without_schemas_stops_every_submission(settings, tmp_path):
    settings.OLIVE_SCHEMAS = str(tmp_path)
    with pytest.raises(BadSubmission, match=r"OLIVE_SCHEMAS: .*there is no"):
        checking.examine(METS)
