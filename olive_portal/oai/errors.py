"""What the provider refuses.

OaiError
  Refused         the protocol's own errors; the view answers them in XML, as HTTP 200
  BadFragment     metadata that would break a page; whoever renders hears of it
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """The eight that OAI-PMH defines (3.6)."""

    BAD_ARGUMENT = "badArgument"
    BAD_RESUMPTION_TOKEN = "badResumptionToken"  # noqa: S105  # no secret
    BAD_VERB = "badVerb"
    CANNOT_DISSEMINATE_FORMAT = "cannotDisseminateFormat"
    ID_DOES_NOT_EXIST = "idDoesNotExist"
    NO_RECORDS_MATCH = "noRecordsMatch"
    NO_METADATA_FORMATS = "noMetadataFormats"
    NO_SET_HIERARCHY = "noSetHierarchy"


@dataclass(frozen=True)
class Problem:
    code: Code
    message: str


class OaiError(Exception):
    pass


class Refused(OaiError):
    """A request that gets errors for an answer: all that apply, at least one."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{p.code}: {p.message}" for p in problems))
        self.problems = problems

    @property
    def is_illegal(self) -> bool:
        """Whether the answer must not repeat the arguments (3.2)."""
        illegal = {Code.BAD_VERB, Code.BAD_ARGUMENT}
        return any(problem.code in illegal for problem in self.problems)


class BadFragment(OaiError):
    """A record's metadata is not one element of its format's namespace."""
