"""Records are checked by our own rules and, if the operator gave a folder of the
standards' XML Schemas, by those too."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings

from olive_portal.metadata.errors import BadSchemas
from olive_portal.metadata.reading import examining
from olive_portal.metadata.reading.report import Report
from olive_portal.metadata.schemas import Schemas
from olive_portal.preservation.errors import BadSubmission


def examine(content: bytes) -> Report:
    """Raises BadSubmission where the operator's schemas cannot be used."""
    try:
        return examining.examine(content, _schemas(settings.OLIVE_SCHEMAS))
    except BadSchemas as error:
        raise BadSubmission(f"OLIVE_SCHEMAS: {error}") from error


@cache
def _schemas(folder: str) -> Schemas | None:
    return Schemas(Path(folder)) if folder else None
