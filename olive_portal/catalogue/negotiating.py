"""The item's address answers in the format that a program asks for (RFC 9110, 12.5.1),
and tells in its Link header what there is and by which name to cite it
(https://signposting.org/FAIR/)."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.urls import resolve, reverse

from olive_portal.catalogue.arks import address
from olive_portal.catalogue.describing import absolute
from olive_portal.catalogue.models import Item

HTML = "text/html"
# Media types of the records that the address "item-record" gives, by their names there.
RECORDS = {
    "application/mets+xml": "mets.xml",
    "application/mods+xml": "mods.xml",
    "application/vnd.datacite.datacite+xml": "datacite.xml",
    "application/ld+json": "schema-org.json",
    "application/x-bibtex": "citation.bib",
    "application/x-research-info-systems": "citation.ris",
    "application/vnd.citationstyles.csl+json": "citation.json",
}
KINDS = ("https://schema.org/SoftwareApplication", "https://schema.org/AboutPage")


def record(request: HttpRequest, item: Item) -> HttpResponse | None:
    """What the client would rather have than the page, if there is such a thing."""
    wanted = request.get_preferred_type([HTML, *RECORDS])
    if not item.is_public or wanted is None or wanted == HTML:
        return None
    path = reverse("item-record", args=[item.slug, RECORDS[wanted]])
    found = resolve(path)
    response: HttpResponse = found.func(request, *found.args, **found.kwargs)
    response.headers["Content-Location"] = path
    return response


def signposts(item: Item) -> str:
    """The value of the Link header."""
    return ", ".join(_links(item))


def _links(item: Item) -> Iterator[str]:
    if item.ark:
        yield _link(absolute(address(item.ark)), "cite-as")
    for kind in KINDS:
        yield _link(kind, "type")
    for contribution in item.contributions.all():
        if contribution.agent.uri:
            yield _link(contribution.agent.uri, "author")
    if item.rights_uri:
        yield _link(item.rights_uri, "license")
    for media_type, name in RECORDS.items():
        url = absolute(reverse("item-record", args=[item.slug, name]))
        yield f'{_link(url, "describedby")}; type="{media_type}"'


def _link(url: str, relation: str) -> str:
    # A curator may have put what ends the address into it.
    safe = url.replace("<", "%3C").replace(">", "%3E").replace(" ", "%20")
    return f'<{safe}>; rel="{relation}"'
