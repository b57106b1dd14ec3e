"""Identify: what the repository says about itself, and the guidelines' descriptions."""

from __future__ import annotations

from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse

from olive_portal.oai.markup import attribute, element
from olive_portal.oai.models import Record

XSI = "http://www.w3.org/2001/XMLSchema-instance"
GUIDELINES = "http://www.openarchives.org/OAI/2.0/"
# Those that do not end as their elements are called.
NAMESPACES = {
    "branding": "branding/",
    "friends": "friends/",
    "rightsManifest": "rights/",
}


def base_url() -> str:
    """What harvesters know us by, to the letter, whatever proxy they came through."""
    return f"{settings.BASE_URL}{reverse('oai')}"


def identify(*, earliest: str) -> str:
    emails = "".join(element("adminEmail", e) for e in settings.OLIVE_OAI_ADMIN_EMAILS)
    descriptions = (_oai_identifier(), _rights(), _friends(), _branding())
    return (
        f"{element('repositoryName', settings.OLIVE_OAI_NAME)}"
        f"{element('baseURL', base_url())}"
        f"<protocolVersion>2.0</protocolVersion>{emails}"
        f"{element('earliestDatestamp', earliest)}"
        "<deletedRecord>persistent</deletedRecord>"
        "<granularity>YYYY-MM-DDThh:mm:ssZ</granularity>"
        "<compression>gzip</compression>"
        + "".join(f"<description>{d}</description>" for d in descriptions if d)
    )


def _oai_identifier() -> str:
    return _description(
        "oai-identifier",
        "<scheme>oai</scheme>"
        f"{element('repositoryIdentifier', settings.OLIVE_OAI_IDENTIFIER)}"
        "<delimiter>:</delimiter>"
        f"{element('sampleIdentifier', _sample())}",
    )


def _sample() -> str:
    """One that GetRecord knows, as soon as there is one under today's domain name."""
    start = f"oai:{settings.OLIVE_OAI_IDENTIFIER}:"
    ours = Record.objects.filter(identifier__startswith=start, prefix="oai_dc")
    found = (
        ours.values_list("identifier", flat=True).order_by("datestamp", "pk").first()
    )
    return found or f"{start}99999/s1example"


def _rights() -> str:
    """On what terms the metadata may be used: not the preserved programs."""
    uri = settings.OLIVE_OAI_METADATA_RIGHTS
    return uri and _description(
        "rightsManifest",
        f"<rights><rightsReference{attribute('ref', uri)}/></rights>",
        attributes=attribute("appliesTo", f"{GUIDELINES}entity#metadata"),
    )


def _friends() -> str:
    urls = "".join(element("baseURL", url) for url in settings.OLIVE_OAI_FRIENDS)
    return urls and _description("friends", urls)


def _branding() -> str:
    return _description(
        "branding",
        "<collectionIcon>"
        f"{element('url', _icon())}"
        f"{element('link', settings.BASE_URL + reverse('home'))}"
        f"{element('title', settings.OLIVE_OAI_NAME)}"
        "<width>32</width><height>32</height></collectionIcon>",
    )


def _icon() -> str:
    """By the name that it keeps: static() would name this version of it."""
    return urljoin(f"{settings.BASE_URL}/", f"{settings.STATIC_URL}img/favicon.svg")


def _description(name: str, content: str, attributes: str = "") -> str:
    namespace = f"{GUIDELINES}{NAMESPACES.get(name, name)}"
    schema = f"{namespace} {namespace.rstrip('/')}.xsd"
    return (
        f"<{name}{attribute('xmlns', namespace)}{attribute('xmlns:xsi', XSI)}"
        f"{attribute('xsi:schemaLocation', schema)}{attributes}>{content}</{name}>"
    )
