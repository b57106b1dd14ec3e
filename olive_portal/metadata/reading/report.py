"""What became of a record, section by section, for the person who handed it in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from olive_portal.metadata.records import TitleRecord

MOST_FINDINGS = 500


class Verdict(StrEnum):
    """`LEFT`: it is in the original, which is kept, and in nothing else."""

    READ = "read"
    LEFT = "not understood"
    INVALID = "invalid"


@dataclass(frozen=True)
class Finding:
    """One thing to say of one section; `count` sections that are alike are one."""

    line: int | None
    section: str
    verdict: Verdict
    text: str
    count: int = 1

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line is not None else ""
        times = f" ({self.count} times)" if self.count > 1 else ""
        return f"{place}{self.section}: {self.verdict}: {self.text}{times}"


@dataclass(frozen=True)
class Report:
    """`record` is None where the document cannot be taken in at all."""

    record: TitleRecord | None
    findings: tuple[Finding, ...]

    @property
    def is_valid(self) -> bool:
        return not self.of(Verdict.INVALID)

    @property
    def summary(self) -> str:
        counted = (f"{len(self.of(verdict))} {verdict.value}" for verdict in Verdict)
        return ", ".join(counted)

    def of(self, verdict: Verdict) -> list[Finding]:
        return [finding for finding in self.findings if finding.verdict == verdict]


def merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that say the same of the same kind of section as one, at the first line.

    A record of ten thousand files says ten thousand times that a file was read.
    """
    found: dict[tuple[str, Verdict, str], Finding] = {}
    for finding in findings:
        key = (finding.section, finding.verdict, finding.text)
        known = found.get(key)
        found[key] = replace(known, count=known.count + 1) if known else finding
    first = list(found.values())[:MOST_FINDINGS]
    if left := len(found) - len(first):
        first.append(Finding(None, "report", Verdict.LEFT, f"{left} more findings"))
    return tuple(sorted(first, key=lambda finding: finding.line or 0))
