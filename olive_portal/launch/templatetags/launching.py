from __future__ import annotations

from typing import Any

from django import template

from olive_portal.catalogue.models import Item
from olive_portal.launch.choosing import choose

register = template.Library()


@register.inclusion_tag("launch/_panel.html", takes_context=True)
def launch_panel(context: dict[str, Any], item: Item) -> dict[str, Any]:
    """What the catalogue's page of `item` shows of the launch room: which knows whether
    there is room, and which the catalogue may not import."""
    choice = choose(item, context["request"])
    return {"item": item, "choice": choice, "package": choice.package}
