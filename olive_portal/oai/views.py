from __future__ import annotations

import gzip
from urllib.parse import parse_qsl

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from olive_portal.oai import (
    arguments,
    describing,
    encoding,
    envelope,
    load,
    pages,
    stamping,
    verbs,
)
from olive_portal.oai.errors import Refused

DECLARATION = f'<?xml version="1.0" encoding="UTF-8"?>\n{pages.instruction()}\n'
FORM = "application/x-www-form-urlencoded"
# Most of the gain for a fraction of the time; a page is made anew for each request.
GZIP_LEVEL = 4


# A harvester has no cookie and changes nothing.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def provide(request: HttpRequest) -> HttpResponse:
    """OAI-PMH. Its errors are XML and HTTP 200; HTTP's own are for transport."""
    with load.place() as is_free:
        if not is_free:
            return _busy()
        try:
            pairs = _pairs(request)
        except RequestDataTooBig:
            return HttpResponse(status=413)
        xml = respond(pairs).encode()
        if pages.is_wanted(request):
            return pages.show(request, xml)
        return _encoded(request, xml)


def respond(pairs: list[tuple[str, str]]) -> str:
    """The whole answer to a request with these arguments."""
    date = stamping.horizon()
    echo: dict[str, str] = {}
    try:
        asked = arguments.read(pairs)
        echo = {"verb": asked.verb, **asked.values}
        content = verbs.answer(asked, date)
    except Refused as refused:
        content = envelope.errors(refused.problems)
        if refused.is_illegal:
            echo = {}
    url = describing.base_url()
    return DECLARATION + envelope.wrap(content, date=date, url=url, request=echo)


def _pairs(request: HttpRequest) -> list[tuple[str, str]]:
    """Those of the query and of a POST's form, together: repeated is repeated."""
    # WSGI gives the query's bytes as a text of Latin-1.
    sources = [request.META.get("QUERY_STRING", "").encode("latin-1")]
    if request.method == "POST" and request.content_type == FORM:
        sources.append(request.body)
    texts = [source.decode("utf-8", "replace") for source in sources]
    return [
        pair
        for text in texts
        for pair in parse_qsl(text, keep_blank_values=True, errors="replace")
    ]


def _encoded(request: HttpRequest, xml: bytes) -> HttpResponse:
    chosen = encoding.choose(request.headers.get("Accept-Encoding"))
    if chosen is None:
        return HttpResponse(status=406)
    is_packed = chosen == encoding.GZIP
    content = gzip.compress(xml, GZIP_LEVEL, mtime=0) if is_packed else xml
    response = HttpResponse(content, content_type="text/xml; charset=utf-8")
    if is_packed:
        response["Content-Encoding"] = encoding.GZIP
    response["Cache-Control"] = "no-cache"
    patch_vary_headers(response, ["Accept-Encoding", *pages.SIGNS])
    return response


def _busy() -> HttpResponse:
    response = HttpResponse(
        "Too many harvesters at once. Please try again soon.\n",
        content_type="text/plain; charset=utf-8",
        status=503,
    )
    response["Retry-After"] = str(load.RETRY_AFTER_SECONDS)
    return response
