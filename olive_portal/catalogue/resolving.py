"""Addresses that outlive the portal's own: /ark:99999/s1fh3kz9m7w."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from olive_portal.catalogue import arks
from olive_portal.catalogue.describing import absolute
from olive_portal.catalogue.models import Item
from olive_portal.oai.models import Record

INFO = {"info", "?"}
PROMISE = (
    "The name is never given to anything else. The description stays while the archive"
    " does, and a page with the citation remains of what is withdrawn."
)


@require_safe
def ark(request: HttpRequest, name: str) -> HttpResponse:
    """To the item or the version; `?info` and `??` tell about it instead."""
    read = arks.read(name)
    if read is None:
        return _unknown(request, name)
    item = Item.objects.for_cards().filter(ark=read[0]).first()
    if item is None:
        return _unknown(request, read[0])
    if request.META.get("QUERY_STRING") in INFO:
        return HttpResponse(
            _about(item), content_type="text/plain; charset=utf-8", status=200
        )
    if read[1] is not None:
        return redirect("version", item.slug, read[1])
    return redirect(item)


def _unknown(request: HttpRequest, name: str) -> HttpResponse:
    """Gone, mistyped, or never heard of: each is another answer."""
    identifier = f"oai:{settings.OLIVE_OAI_IDENTIFIER}:{name}"
    is_gone = Record.objects.filter(identifier=identifier).exists()
    context = {"name": name, "is_gone": is_gone, "is_sound": arks.is_sound(name)}
    status = 410 if is_gone else 404
    return render(request, "catalogue/ark_unknown.html", context, status=status)


def _about(item: Item) -> str:
    """An electronic resource citation, as ARKs have it: who, what, when, where."""
    said = {
        "who": "; ".join(item.makers) or "(:unkn) unknown",
        "what": item.title,
        "when": item.issued or "(:unkn) unknown",
        "where": absolute(arks.address(item.ark or "")),
        "how": "(:mtype software)",
        "now at": absolute(reverse("item", args=[item.slug])),
        "status": item.get_state_display(),
        "persistence": PROMISE,
    }
    # A line is a statement, so a title with a line break in it must not make two.
    lines = (f"{name}: {' '.join(text.split())}" for name, text in said.items())
    return "\n".join(["erc:", *lines, ""])
