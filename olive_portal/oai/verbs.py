"""The six verbs: arguments become the element that answers them, or a refusal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db.models import Min

from olive_portal.oai import describing, paging, tokens
from olive_portal.oai.arguments import Arguments, Selection
from olive_portal.oai.errors import Code, Problem, Refused
from olive_portal.oai.formats import FORMATS, Format
from olive_portal.oai.markup import attribute, element
from olive_portal.oai.models import EVERYTHING, Membership, Record, Set
from olive_portal.oai.paging import PAGE, Row, Span
from olive_portal.oai.tokens import Place


def answer(arguments: Arguments, horizon: str) -> str:
    """The verb's element. Raises Refused."""
    content = ANSWERS[arguments.verb](arguments, horizon)
    return f"<{arguments.verb}>{content}</{arguments.verb}>"


def identify(_arguments: Arguments, horizon: str) -> str:
    earliest = min(filter(None, map(_earliest, FORMATS)), default=horizon)
    return describing.identify(earliest=min(earliest, horizon))


def list_metadata_formats(arguments: Arguments, _horizon: str) -> str:
    identifier = arguments.values.get("identifier")
    if identifier is None:
        return "".join(_format(form) for form in FORMATS.values())
    known = Record.objects.filter(identifier=identifier).values_list(
        "prefix", flat=True
    )
    prefixes = set(known)
    if not prefixes:
        raise Refused(_unknown_identifier(identifier))
    return "".join(_format(f) for f in FORMATS.values() if f.prefix in prefixes)


def list_sets(arguments: Arguments, _horizon: str) -> str:
    after = Place("ListSets", Selection(), "", 0, 0, 0)
    if arguments.token is not None:
        after = tokens.read(arguments.token, arguments.verb)
    total = after.total or Set.objects.count()
    if not total:
        raise Refused(_no_sets())
    rows = Set.objects.filter(spec__gt=after.stamp).values_list("spec", "name")
    page = list(rows[: PAGE + 1])
    sets = [
        f"<set>{element('setSpec', spec)}{element('setName', name)}</set>"
        for spec, name in page[:PAGE]
    ]
    if not sets:
        raise Refused(_gone())
    end = Place(
        *(arguments.verb, Selection(), page[:PAGE][-1][0], 0),
        delivered=after.delivered + len(sets),
        total=total,
    )
    return "".join(sets) + _flow(after.delivered, end, has_more=len(page) > PAGE)


def get_record(arguments: Arguments, _horizon: str) -> str:
    identifier = arguments.values["identifier"]
    prefix = arguments.values["metadataPrefix"]
    problems = [_unknown_format(prefix)] if prefix not in FORMATS else []
    known = Record.objects.filter(identifier=identifier)
    found = known.filter(prefix=prefix).first()
    if found is not None:
        return record(
            (
                *(found.pk, found.identifier, found.datestamp, found.is_deleted),
                *(found.set_specs, found.metadata),
            )
        )
    if not known.exists():
        problems.append(_unknown_identifier(identifier))
    raise Refused(*(problems or [_unknown_format(prefix)]))


def list_identifiers(arguments: Arguments, horizon: str) -> str:
    return _list(arguments, horizon, paging.headers, header)


def list_records(arguments: Arguments, horizon: str) -> str:
    return _list(arguments, horizon, paging.records, record)


def header(row: Row) -> str:
    _, identifier, datestamp, is_deleted, set_specs, *_ = row
    status = ' status="deleted"' if is_deleted else ""
    return (
        f"<header{status}><identifier>{identifier}</identifier>"
        f"<datestamp>{datestamp}</datestamp>{set_specs}</header>"
    )


def record(row: Row) -> str:
    if row[3]:
        return f"<record>{header(row)}</record>"
    return f"<record>{header(row)}<metadata>{row[5]}</metadata></record>"


def _list(
    arguments: Arguments,
    horizon: str,
    read: Callable[[Span], Sequence[Row]],
    write: Callable[[Row], str],
) -> str:
    place = _place(arguments, horizon)
    span = Span(place.selection, place.stamp, place.key, horizon)
    rows = read(span)
    if not rows and not place.delivered:
        raise Refused(_nothing())
    # What a token promised may have moved on, out of the selection. One record again
    # is harmless; an empty list is not one, and an error would undo a harvest.
    page = rows[:PAGE] or read(paging.last(span))
    if not page:
        raise Refused(_gone())
    has_more = len(rows) > PAGE
    end = Place(
        *(arguments.verb, place.selection, page[-1][2], page[-1][0]),
        delivered=place.delivered + len(page),
        total=place.total if place.delivered or not has_more else paging.count(span),
    )
    return "".join(map(write, page)) + _flow(place.delivered, end, has_more=has_more)


def _place(arguments: Arguments, horizon: str) -> Place:
    if arguments.token is not None:
        place = tokens.read(arguments.token, arguments.verb)
        if place.selection.prefix not in FORMATS:
            raise Refused(_gone())
        return place
    selection = arguments.selection
    problems = []
    if selection.prefix not in FORMATS:
        problems.append(_unknown_format(selection.prefix))
    if selection.spec and not Set.objects.exists():
        problems.append(_no_sets())
    if problems:
        raise Refused(*problems)
    span = paging.begin(selection, horizon)
    return Place(arguments.verb, selection, span.stamp, span.key, 0, 0)


def _flow(cursor: int, end: Place, *, has_more: bool) -> str:
    """The token; an empty one ends a list that began with others (3.5)."""
    if not cursor and not has_more:
        return ""
    # The list may have grown since it was counted; it is not counted again.
    total = max(end.total, end.delivered + 1) if has_more else end.delivered
    size = attribute("completeListSize", str(total))
    start = attribute("cursor", str(cursor))
    if not has_more:
        return f"<resumptionToken{size}{start}/>"
    expires = attribute("expirationDate", tokens.expiration())
    token = tokens.issue(end)
    return f"<resumptionToken{expires}{size}{start}>{token}</resumptionToken>"


def _earliest(prefix: str) -> str | None:
    """One step into the index of pages; over all formats it would be read whole."""
    of_format = Membership.objects.filter(spec=EVERYTHING, prefix=prefix)
    found: str | None = of_format.aggregate(first=Min("datestamp"))["first"]
    return found


def _format(form: Format) -> str:
    return (
        f"<metadataFormat>{element('metadataPrefix', form.prefix)}"
        f"{element('schema', form.schema)}"
        f"{element('metadataNamespace', form.namespace)}</metadataFormat>"
    )


def _unknown_identifier(identifier: str) -> Problem:
    return Problem(Code.ID_DOES_NOT_EXIST, f"There is no record {identifier}.")


def _unknown_format(prefix: str) -> Problem:
    return Problem(
        Code.CANNOT_DISSEMINATE_FORMAT, f"The format {prefix} is not given here."
    )


def _nothing() -> Problem:
    return Problem(Code.NO_RECORDS_MATCH, "No record matches.")


def _no_sets() -> Problem:
    return Problem(Code.NO_SET_HIERARCHY, "This repository has no sets yet.")


def _gone() -> Problem:
    return Problem(
        Code.BAD_RESUMPTION_TOKEN,
        "The list has changed too much to go on; begin it again.",
    )


ANSWERS: dict[str, Callable[[Arguments, str], str]] = {
    "GetRecord": get_record,
    "Identify": identify,
    "ListIdentifiers": list_identifiers,
    "ListMetadataFormats": list_metadata_formats,
    "ListRecords": list_records,
    "ListSets": list_sets,
}
