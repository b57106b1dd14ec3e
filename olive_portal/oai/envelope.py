"""What is around every answer (3.2): when, to what request, and the schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from olive_portal.oai.describing import XSI
from olive_portal.oai.errors import Problem
from olive_portal.oai.markup import attribute, text

NAMESPACE = "http://www.openarchives.org/OAI/2.0/"
SCHEMA = f"{NAMESPACE} {NAMESPACE}OAI-PMH.xsd"


def wrap(content: str, *, date: str, url: str, request: Mapping[str, str]) -> str:
    """`request` is the verb and the arguments; nothing where they were not legal."""
    attributes = "".join(attribute(name, value) for name, value in request.items())
    return (
        f"<OAI-PMH{attribute('xmlns', NAMESPACE)}{attribute('xmlns:xsi', XSI)}"
        f"{attribute('xsi:schemaLocation', SCHEMA)}>"
        f"<responseDate>{date}</responseDate>"
        f"<request{attributes}>{text(url)}</request>{content}</OAI-PMH>\n"
    )


def errors(problems: Iterable[Problem]) -> str:
    return "".join(
        f"<error{attribute('code', p.code)}>{text(p.message)}</error>" for p in problems
    )
