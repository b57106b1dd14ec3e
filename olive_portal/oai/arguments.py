"""What a harvester asks for, checked before anything is looked up."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from olive_portal.oai.errors import Code, Problem, Refused

# The protocol's own alphabets, from its XML schema; no URI has a blank in it.
PREFIX = re.compile(r"[A-Za-z0-9\-_.!~*'()]+")
SPEC = re.compile(rf"{PREFIX.pattern}(?::{PREFIX.pattern})*")
IDENTIFIER = re.compile(r"[!-~\u00a1-\ud7ff\ue000-\ufffd]{1,1000}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
SECOND = re.compile(rf"{DAY.pattern}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}Z")


@dataclass(frozen=True)
class Verb:
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    is_resumable: bool = False


LIST = Verb(
    frozenset({"metadataPrefix"}),
    frozenset({"from", "until", "set"}),
    is_resumable=True,
)
VERBS = {
    "GetRecord": Verb(frozenset({"identifier", "metadataPrefix"})),
    "Identify": Verb(),
    "ListIdentifiers": LIST,
    "ListMetadataFormats": Verb(optional=frozenset({"identifier"})),
    "ListRecords": LIST,
    "ListSets": Verb(is_resumable=True),
}


@dataclass(frozen=True)
class Selection:
    """Which records of a list are wanted; an empty field leaves nothing out."""

    prefix: str = ""
    spec: str = ""
    start: str = ""
    end: str = ""


@dataclass(frozen=True)
class Arguments:
    verb: str
    values: dict[str, str]

    @property
    def token(self) -> str | None:
        return self.values.get("resumptionToken")

    @property
    def selection(self) -> Selection:
        """Both ends as seconds: a day begins at midnight and ends a second before."""
        start, end = self.values.get("from", ""), self.values.get("until", "")
        return Selection(
            self.values.get("metadataPrefix", ""),
            self.values.get("set", ""),
            f"{start}T00:00:00Z" if DAY.fullmatch(start) else start,
            f"{end}T23:59:59Z" if DAY.fullmatch(end) else end,
        )


def read(pairs: Iterable[tuple[str, str]]) -> Arguments:
    """The request that names and values in any order make. Raises Refused."""
    found = list(pairs)
    verbs = [value for name, value in found if name == "verb"]
    if len(verbs) != 1 or verbs[0] not in VERBS:
        raise Refused(Problem(Code.BAD_VERB, _about_verbs(verbs)))
    verb = VERBS[verbs[0]]
    rest = [(name, value) for name, value in found if name != "verb"]
    values = dict(rest)
    complaints = [
        *_about_names(verbs[0], verb, Counter(name for name, _ in rest)),
        *_about_values(values),
    ]
    if complaints:
        raise Refused(*(Problem(Code.BAD_ARGUMENT, text) for text in complaints))
    return Arguments(verbs[0], values)


def is_moment(text: str) -> bool:
    """Whether it is a day or a second that the calendar has."""
    try:
        if SECOND.fullmatch(text):
            datetime.fromisoformat(text)
        elif DAY.fullmatch(text):
            date.fromisoformat(text)
        else:
            return False
    except ValueError:
        return False
    return True


def _about_verbs(verbs: list[str]) -> str:
    known = f"it must be one of {', '.join(VERBS)}"
    if not verbs:
        return f"The verb is missing; {known}."
    if len(verbs) > 1:
        return "The verb is given more than once."
    return f"There is no verb {verbs[0][:50]!r}; {known}."


def _about_names(name: str, verb: Verb, counts: Counter[str]) -> list[str]:
    resumable = {"resumptionToken"} if verb.is_resumable else set()
    is_resumed = bool(resumable & counts.keys())
    unknown = sorted(counts.keys() - verb.required - verb.optional - resumable)
    missing = [] if is_resumed else sorted(verb.required - counts.keys())
    complaints = [f"{name} has no argument {given[:50]!r}." for given in unknown[:5]]
    complaints += [f"{name} needs the argument {needed}." for needed in missing]
    complaints += [
        f"The argument {given[:50]!r} is given more than once."
        for given, count in counts.items()
        if count > 1
    ][:5]
    if is_resumed and len(counts) > 1:
        complaints.append("A resumptionToken stands alone, beside the verb.")
    return complaints


def _about_values(values: dict[str, str]) -> list[str]:
    complaints = [
        f"{name} is not {hint}."
        for name, (is_legal, hint) in RULES.items()
        if name in values and not is_legal(values[name])
    ]
    start, end = values.get("from"), values.get("until")
    if complaints or start is None or end is None:
        return complaints
    if len(start) != len(end):
        return ["from and until must have the same granularity."]
    if start > end:
        return ["from is later than until."]
    return []


RULES: dict[str, tuple[Callable[[str], object], str]] = {
    "identifier": (IDENTIFIER.fullmatch, "a URI"),
    "metadataPrefix": (PREFIX.fullmatch, "the prefix of a format"),
    "set": (SPEC.fullmatch, "a setSpec"),
    "from": (is_moment, "a date: YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ"),
    "until": (is_moment, "a date: YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ"),
    "resumptionToken": (bool, "a token: it is empty"),
}
