from __future__ import annotations

from olive_portal.metadata.reading.report import (
    MOST_FINDINGS,
    Finding,
    Report,
    Verdict,
    merged,
)

READ = Finding(7, "techMD", Verdict.READ, "PREMIS object")
LEFT = Finding(3, "dmdSec", Verdict.LEFT, "EAD")
INVALID = Finding(None, "mets", Verdict.INVALID, "no structMap")


def test_a_finding_is_a_line_for_people():
    assert str(READ) == "line 7: techMD: read: PREMIS object"
    assert str(INVALID) == "mets: invalid: no structMap"


def test_what_is_alike_is_said_once_with_its_first_line():
    again = Finding(9, "techMD", Verdict.READ, "PREMIS object")
    (found,) = merged([READ, again])
    assert (found.line, found.count) == (7, 2)
    assert str(found).endswith("PREMIS object (2 times)")


def test_findings_stand_in_the_order_of_their_lines():
    assert merged([READ, LEFT, INVALID]) == (INVALID, LEFT, READ)


def test_findings_have_an_end():
    many = [Finding(n, "a", Verdict.INVALID, str(n)) for n in range(MOST_FINDINGS + 5)]
    found = merged(many)
    assert len(found) == MOST_FINDINGS + 1
    assert "5 more findings" in {finding.text for finding in found}


def test_a_report_counts_what_it_says():
    report = Report(None, (READ, LEFT, INVALID))
    assert report.summary == "1 read, 1 not understood, 1 invalid"
    assert not report.is_valid
    assert Report(None, (READ, LEFT)).is_valid
