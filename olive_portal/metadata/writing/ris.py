"""RIS: what reference managers have imported since the eighties."""

from __future__ import annotations

from collections.abc import Iterator

from olive_portal.metadata.records import Part, TitleRecord
from olive_portal.metadata.writing import csl_json
from olive_portal.metadata.writing.csl_json import one_line
from olive_portal.metadata.writing.elements import uri


def render(record: TitleRecord) -> bytes:
    """A tag and its value on each line, as the format wants them: CR and LF."""
    lines = [f"{tag}  - {text}" for tag, text in _fields(record) if text]
    return "".join(f"{line}\r\n" for line in (*lines, "ER  - ")).encode()


def _fields(record: TitleRecord) -> Iterator[tuple[str, str]]:
    yield "TY", "COMP"
    yield "TI", one_line(record.title)
    for name in record.names_as(Part.CREATOR):
        yield "AU", one_line(name.text)
    for name in record.names_as(Part.CONTRIBUTOR):
        yield "A2", one_line(name.text)
    yield "PY", csl_json.year(record.issued)
    yield "ET", one_line(record.version)
    yield "PB", "; ".join(csl_json.publishers(record))
    yield "DO", csl_json.doi(record)
    yield "UR", uri(record.lasting_url)
    yield "AB", one_line(record.abstract)
    for subject in record.subjects:
        yield "KW", one_line(subject.text)
    yield "LA", one_line(next(iter(record.languages), ""))
    yield "DB", one_line(record.archive)
    yield "N1", csl_json.preserved(record)
