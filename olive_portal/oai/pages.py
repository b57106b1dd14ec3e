"""An answer as a page, for a person who opened the base URL in a browser.

The stylesheet runs here: browsers are giving XSLT up. Harvesters always get XML, since
they do not send what a browser sends with the pages that a person opens
(https://www.w3.org/TR/fetch-metadata/); `Accept: text/html` some of them do send.
"""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.safestring import mark_safe
from lxml import etree

from olive_portal.oai.markup import attribute

NAME = "oai/oai.xsl"
# What tells a page that a person opens from anything else.
SIGNS = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


def is_wanted(request: HttpRequest) -> bool:
    signs = all(request.headers.get(name) == value for name, value in SIGNS.items())
    return signs and "text/html" in request.headers.get("Accept", "")


def instruction() -> str:
    """For browsers that do not say that they are one, and can apply a stylesheet."""
    href = attribute("href", f"{settings.STATIC_URL}{NAME}")
    return f'<?xml-stylesheet type="text/xsl"{href}?>'


def show(request: HttpRequest, xml: bytes) -> HttpResponse:
    document = etree.fromstring(xml, etree.XMLParser(resolve_entities=False))
    # libxslt escapes what it writes as HTML; nothing in the stylesheet disables that.
    content = mark_safe(str(_stylesheet()(document, is_framed="true()")))  # noqa: S308
    response = render(request, "oai/answer.html", {"content": content})
    patch_vary_headers(response, SIGNS)
    return response


@cache
def _stylesheet() -> etree.XSLT:
    # Our own file; it may read none and write none all the same.
    return etree.XSLT(
        etree.parse(settings.ROOT / "static" / NAME),
        # The stubs do not know it.
        access_control=etree.XSLTAccessControl.DENY_ALL,  # type: ignore[attr-defined]
    )
